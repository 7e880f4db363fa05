package io.shardwright.clickhouse;

import java.net.ConnectException;
import java.nio.channels.UnresolvedAddressException;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Makes what servers and sockets say fit for a status message. */
final class ServerWords {
    private static final int LONGEST = 1000;
    private static final int DEEPEST = 20;

    /** From 18.16's "Code: 62, e.displayText() = DB::Exception: …, e.what() = DB::Exception". */
    private static final Pattern FRAME = Pattern.compile(
            "Poco::Exception\\. |e\\.code\\(\\) = \\d+, |e\\.displayText\\(\\) = |DB::(Net)?Exception: |,? ?e\\.what\\(\\) = [\\w:]*Exception");

    /** From later versions' "… (SYNTAX_ERROR) (version 26.3.1.1 (official build))". */
    private static final Pattern VERSION = Pattern.compile(" \\(version [^()]*(\\([^()]*\\))?\\)");

    private ServerWords() {}

    static String tidy(String message) {
        var text = message == null
                ? ""
                : VERSION.matcher(FRAME.matcher(message).replaceAll("")).replaceAll("");
        return shorten(text.strip());
    }

    /** What the cause behind wrappers says happened: connection refused, timed out. */
    static String innermost(Throwable failure) {
        var chain = Stream.iterate(failure, Objects::nonNull, Throwable::getCause)
                .limit(DEEPEST)
                .toList();
        return chain.stream()
                .map(ServerWords::wordsFor)
                .flatMap(Optional::stream)
                .findFirst()
                .or(() -> Optional.ofNullable(chain.getLast().getMessage()))
                .map(ServerWords::shorten)
                .orElseGet(() -> chain.getLast().getClass().getSimpleName());
    }

    /** Java's HTTP client says neither; it shows a channel that is closed, or an address that is not there. */
    private static Optional<String> wordsFor(Throwable failure) {
        if (!(failure instanceof ConnectException) || failure.getMessage() != null) {
            return Optional.empty();
        }
        return Optional.of(
                failure.getCause() instanceof UnresolvedAddressException
                        ? "its name does not resolve"
                        : "Connection refused");
    }

    private static String shorten(String text) {
        return text.length() <= LONGEST ? text : text.substring(0, LONGEST) + "…";
    }
}
