package io.shardwright.importworker;

import java.util.regex.Pattern;

/** Makes what servers and sockets say fit for a status message. */
final class Words {
    private static final int LONGEST = 1_000;

    /** What 18.16 puts around a message, and the version that later ones add. */
    private static final Pattern FRAME = Pattern.compile("e\\.displayText\\(\\) = |DB::(Net)?Exception: "
            + "|,? ?e\\.what\\(\\) = DB::(Net)?Exception| \\(version [^()]*(\\([^()]*\\))?\\)");

    /** From the dump of the row that could not be parsed. */
    private static final Pattern CULPRIT =
            Pattern.compile("Column \\d+,\\s+name: (\\S+),\\s+type: (.+?),\\s+(?:parsed text: .*?)?ERROR: (.*)");

    private Words() {}

    /** The server's message and, from the dump that follows it, the column at fault. */
    static String ofServer(String body) {
        int blank = body.indexOf("\n\n");
        var message = FRAME.matcher(blank < 0 ? body : body.substring(0, blank)).replaceAll("");
        var culprit = CULPRIT.matcher(body);
        var column = culprit.find()
                ? "column " + culprit.group(1) + " (" + culprit.group(2) + "): " + culprit.group(3) + "; "
                : "";
        return shorten((column + message).strip());
    }

    /** The cause behind wrappers, which says what happened: connection refused, timed out. */
    static String of(Throwable failure) {
        var cause = failure;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return shorten(cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage());
    }

    static String shorten(String text) {
        return text.length() <= LONGEST ? text : text.substring(0, LONGEST) + "…";
    }
}
