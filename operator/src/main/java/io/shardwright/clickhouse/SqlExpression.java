package io.shardwright.clickhouse;

import java.util.List;
import java.util.Optional;

/**
 * What an SQL expression means, whichever way it is written: two expressions that ClickHouse turns into the same one are
 * equal. Servers store what they parsed, not what was sent: {@code 1+2*3} comes back as {@code 1 + (2 * 3)},
 * {@code a BETWEEN 1 AND 2} as {@code (a >= 1) AND (a <= 2)}.
 */
public sealed interface SqlExpression {
    /** A name or a value. */
    record Leaf(Kind kind, String text) implements SqlExpression {}

    /** What a {@link Leaf} is. */
    enum Kind {
        NAME,
        NUMBER,
        TEXT
    }

    /** A function of arguments; operators are functions too, e.g. {@code a + b} is {@code plus(a, b)}. */
    record Call(String function, List<SqlExpression> arguments) implements SqlExpression {
        public Call {
            arguments = List.copyOf(arguments);
        }

        boolean is(String name) {
            return function.equals(name);
        }
    }

    /** Empty when the text is no expression, or one of a kind that is not known here. */
    static Optional<SqlExpression> of(String text) {
        return listOf(text).filter(list -> list.size() == 1).map(List::getFirst);
    }

    /** Expressions with commas between; empty when one of them is not understood. No text is no expression. */
    static Optional<List<SqlExpression>> listOf(String text) {
        try {
            return Optional.of(new SqlParser(SqlTokens.of(text)).wholeList());
        } catch (SqlTokens.NotUnderstood e) {
            return Optional.empty();
        }
    }

    /** The parts of a key, e.g. ORDER BY's: a tuple of parts is the same as the parts. */
    static Optional<List<SqlExpression>> keyOf(String text) {
        return listOf(text)
                .map(list -> list.size() == 1 && list.getFirst() instanceof Call call && call.is("tuple")
                        ? call.arguments()
                        : list);
    }

    /** The call that a text begins with, whatever follows; empty when it begins with none. */
    static Optional<Call> callAtStart(String text) {
        try {
            return new SqlParser(SqlTokens.of(text)).callAtStart();
        } catch (SqlTokens.NotUnderstood e) {
            return Optional.empty();
        }
    }

    /** The expressions between a word, outside of all brackets, and the end of the text; none when it is not there. */
    static List<SqlExpression> listAfter(String word, String text) {
        try {
            return new SqlParser(SqlTokens.after(word, SqlTokens.of(text))).wholeList();
        } catch (SqlTokens.NotUnderstood e) {
            return List.of();
        }
    }

    /**
     * True when the text can stand in a statement without reaching out of its place: its brackets and quotes are closed, and
     * it has no comment and no semicolon.
     */
    static boolean isSelfContained(String text) {
        try {
            return SqlTokens.areBracketsClosed(SqlTokens.of(text));
        } catch (SqlTokens.NotUnderstood e) {
            return false;
        }
    }

    /** A value of a type made of another. */
    static SqlExpression cast(SqlExpression value, String type) {
        return new Call("cast", List.of(value, new Leaf(Kind.TEXT, SqlType.canonical(type))));
    }
}
