package io.shardwright.plan;

/** The one-line summaries that {@code kubectl get} prints in a column. */
public final class Summaries {
    /** What a terminal has left beside the other columns; the conditions say it in full. */
    private static final int LONGEST = 90;

    private Summaries() {}

    /** The first line of a text, cut where it would tear the table apart. */
    public static String brief(String text) {
        var line = text.strip().lines().findFirst().orElse("");
        return line.length() <= LONGEST ? line : line.substring(0, LONGEST - 1).stripTrailing() + "…";
    }
}
