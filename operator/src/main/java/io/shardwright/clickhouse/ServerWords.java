package io.shardwright.clickhouse;

import java.util.regex.Pattern;

/** Makes what servers and sockets say fit for a status message. */
final class ServerWords {
    private static final int LONGEST = 1000;

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

    /** The cause behind wrappers, which says what happened: connection refused, timed out. */
    static String innermost(Throwable failure) {
        var cause = failure;
        while (cause.getCause() != null && cause.getCause() != cause) {
            cause = cause.getCause();
        }
        return shorten(cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage());
    }

    private static String shorten(String text) {
        return text.length() <= LONGEST ? text : text.substring(0, LONGEST) + "…";
    }
}
