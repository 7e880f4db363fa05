package io.shardwright.clickhouse;

/** Quotes names and texts for SQL: the only place that does. */
public final class Sql {
    private Sql() {}

    /** A name, in backticks. */
    public static String identifier(String name) {
        return quote(name, '`');
    }

    /** A name within another, e.g. a table of a database. */
    public static String qualified(String outer, String inner) {
        return identifier(outer) + "." + identifier(inner);
    }

    /** A text, in single quotes. */
    public static String literal(String text) {
        return quote(text, '\'');
    }

    private static String quote(String text, char mark) {
        var quoted = new StringBuilder(text.length() + 2).append(mark);
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '\\' -> quoted.append("\\\\");
                case '\n' -> quoted.append("\\n");
                case '\r' -> quoted.append("\\r");
                case '\t' -> quoted.append("\\t");
                case '\b' -> quoted.append("\\b");
                case '\f' -> quoted.append("\\f");
                case '\0' -> quoted.append("\\0");
                default -> quoted.append(c == mark ? "\\" : "").append(c);
            }
        }
        return quoted.append(mark).toString();
    }
}
