package io.shardwright.clickhouse;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Reads ClickHouse's TabSeparated format: a line a row, tabs between fields, backslash escapes, \N for NULL. */
final class TabSeparated {
    private TabSeparated() {}

    /** @throws ClickHouseException when the text ends in the middle of a row */
    static List<List<String>> parse(String text) {
        if (text.isEmpty()) {
            return List.of();
        }
        if (!text.endsWith("\n")) {
            throw new ClickHouseException(
                    ClickHouseException.NO_ANSWER, "the answer ends in the middle of a row", null);
        }
        var rows = new ArrayList<List<String>>();
        for (var line : text.substring(0, text.length() - 1).split("\n", -1)) {
            rows.add(
                    Arrays.stream(line.split("\t", -1)).map(TabSeparated::field).toList());
        }
        return rows;
    }

    private static String field(String escaped) {
        if (escaped.equals("\\N")) {
            return null;
        }
        if (escaped.indexOf('\\') < 0) {
            return escaped;
        }
        var text = new StringBuilder(escaped.length());
        for (int i = 0; i < escaped.length(); i++) {
            char c = escaped.charAt(i);
            boolean isEscape = c == '\\' && i + 1 < escaped.length();
            text.append(isEscape ? unescape(escaped.charAt(++i)) : c);
        }
        return text.toString();
    }

    static char unescape(char c) {
        return switch (c) {
            case 't' -> '\t';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 'b' -> '\b';
            case 'f' -> '\f';
            case '0' -> '\0';
            default -> c;
        };
    }
}
