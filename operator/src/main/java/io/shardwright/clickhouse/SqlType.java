package io.shardwright.clickhouse;

import io.shardwright.clickhouse.SqlTokens.Token;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Column types, written as servers write them back: INTEGER is Int32, Decimal64(4) is Decimal(18, 4). */
public final class SqlType {
    private static final Map<String, String> ALIASES = Map.ofEntries(
            Map.entry("tinyint", "Int8"),
            Map.entry("smallint", "Int16"),
            Map.entry("int", "Int32"),
            Map.entry("integer", "Int32"),
            Map.entry("bigint", "Int64"),
            Map.entry("float", "Float32"),
            Map.entry("double", "Float64"),
            Map.entry("bool", "Bool"),
            Map.entry("boolean", "Bool"),
            Map.entry("text", "String"),
            Map.entry("tinytext", "String"),
            Map.entry("mediumtext", "String"),
            Map.entry("longtext", "String"),
            Map.entry("blob", "String"),
            Map.entry("tinyblob", "String"),
            Map.entry("mediumblob", "String"),
            Map.entry("longblob", "String"),
            Map.entry("char", "String"),
            Map.entry("varchar", "String"),
            Map.entry("binary", "FixedString"),
            Map.entry("timestamp", "DateTime"),
            Map.entry("date", "Date"),
            Map.entry("datetime", "DateTime"),
            Map.entry("dec", "Decimal"),
            Map.entry("numeric", "Decimal"),
            Map.entry("decimal", "Decimal"));

    private static final Map<String, String> DECIMAL_DIGITS = Map.of("32", "9", "64", "18", "128", "38", "256", "76");
    private static final Pattern SIZED_STRING = Pattern.compile("\\bString\\(\\d+\\)");
    private static final Pattern SIZED_DECIMAL = Pattern.compile("\\bDecimal(32|64|128|256)\\(");
    private static final Pattern WHOLE_DECIMAL = Pattern.compile("\\bDecimal\\((\\d+)\\)");

    private SqlType() {}

    /** The type as a server writes it; as it is when it is not understood. */
    public static String canonical(String type) {
        try {
            return textOf(SqlTokens.of(type));
        } catch (SqlTokens.NotUnderstood e) {
            return type.strip();
        }
    }

    static String textOf(List<Token> tokens) {
        var text = tokens.stream().map(SqlType::word).collect(Collectors.joining(" "));
        var tight = text.replace(" ( ", "(")
                .replace("( ", "(")
                .replace(" (", "(")
                .replace(" )", ")")
                .replace(" ,", ",");
        return decimals(SIZED_STRING.matcher(tight).replaceAll("String"));
    }

    private static String decimals(String type) {
        var sized = SIZED_DECIMAL
                .matcher(type)
                .replaceAll(match -> "Decimal(" + Matcher.quoteReplacement(DECIMAL_DIGITS.get(match.group(1))) + ", ");
        return WHOLE_DECIMAL.matcher(sized).replaceAll("Decimal($1, 0)");
    }

    private static String word(Token token) {
        return switch (token.kind()) {
            case NAME -> ALIASES.getOrDefault(token.text().toLowerCase(Locale.ROOT), token.text());
            case TEXT -> Sql.literal(token.text());
            case QUOTED_NAME, NUMBER, SYMBOL -> token.text();
        };
    }
}
