package io.shardwright.clickhouse;

import io.shardwright.clickhouse.SqlExpression.Call;
import io.shardwright.clickhouse.SqlExpression.Kind;
import io.shardwright.clickhouse.SqlExpression.Leaf;
import io.shardwright.clickhouse.SqlTokens.NotUnderstood;
import io.shardwright.clickhouse.SqlTokens.Token;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Reads expressions by precedence climbing: {@link #expression(int)} reads an operand and then every operator that binds at
 * least as tightly as asked for. Operators become the functions that ClickHouse makes of them.
 */
final class SqlParser {
    private static final int TERNARY = 1;
    private static final int OR = 2;
    private static final int AND = 3;
    private static final int NOT = 4;
    private static final int COMPARISON = 5;
    private static final int CONCAT = 6;
    private static final int SUM = 7;
    private static final int PRODUCT = 8;
    private static final int LOWEST = 0;

    private record Operator(int precedence, String function) {}

    private static final Map<String, Operator> OPERATORS = Map.ofEntries(
            Map.entry("or", new Operator(OR, "or")),
            Map.entry("and", new Operator(AND, "and")),
            Map.entry("=", new Operator(COMPARISON, "equals")),
            Map.entry("==", new Operator(COMPARISON, "equals")),
            Map.entry("!=", new Operator(COMPARISON, "notequals")),
            Map.entry("<>", new Operator(COMPARISON, "notequals")),
            Map.entry("<", new Operator(COMPARISON, "less")),
            Map.entry("<=", new Operator(COMPARISON, "lessorequals")),
            Map.entry(">", new Operator(COMPARISON, "greater")),
            Map.entry(">=", new Operator(COMPARISON, "greaterorequals")),
            Map.entry("like", new Operator(COMPARISON, "like")),
            Map.entry("in", new Operator(COMPARISON, "in")),
            Map.entry("||", new Operator(CONCAT, "concat")),
            Map.entry("+", new Operator(SUM, "plus")),
            Map.entry("-", new Operator(SUM, "minus")),
            Map.entry("*", new Operator(PRODUCT, "multiply")),
            Map.entry("/", new Operator(PRODUCT, "divide")),
            Map.entry("%", new Operator(PRODUCT, "modulo")));

    /** Of these, f(f(a, b), c) is f(a, b, c). */
    private static final Set<String> ASSOCIATIVE = Set.of("or", "and", "concat");

    private static final Map<String, String> CONSTANTS = Map.of("true", "1", "false", "0");

    private final List<Token> tokens;
    private int at;

    SqlParser(List<Token> tokens) {
        this.tokens = tokens;
    }

    List<SqlExpression> wholeList() {
        var list = tokens.isEmpty() ? List.<SqlExpression>of() : list();
        require(at == tokens.size());
        return list;
    }

    Optional<Call> callAtStart() {
        var name = next();
        return name.kind() == SqlTokens.Kind.NAME && takes("(")
                ? Optional.of(new Call(name.text(), arguments(")")))
                : Optional.empty();
    }

    private List<SqlExpression> list() {
        var list = new ArrayList<SqlExpression>();
        do {
            list.add(expression(LOWEST));
        } while (takes(","));
        return list;
    }

    private SqlExpression expression(int tightest) {
        var left = operand();
        while (true) {
            var more = continued(left, tightest);
            if (more == left) {
                return left;
            }
            left = more;
        }
    }

    /** The expression with one more operator after it; the same one when none follows that binds tightly enough. */
    private SqlExpression continued(SqlExpression left, int tightest) {
        if (at == tokens.size() || tokens.get(at).kind() == SqlTokens.Kind.QUOTED_NAME) {
            return left;
        }
        if (tightest == LOWEST && takes("->")) {
            return new Call("lambda", List.of(left, expression(LOWEST)));
        }
        if (tightest <= TERNARY && takes("?")) {
            var then = expression(TERNARY);
            require(takes(":"));
            return new Call("if", List.of(left, then, expression(TERNARY)));
        }
        if (tightest <= COMPARISON) {
            var compared = comparedByWords(left);
            if (compared != left) {
                return compared;
            }
        }
        var operator = OPERATORS.get(tokens.get(at).text().toLowerCase(Locale.ROOT));
        if (operator == null || tokens.get(at).kind() == SqlTokens.Kind.TEXT || operator.precedence() < tightest) {
            return left;
        }
        at++;
        return call(operator.function(), List.of(left, expression(operator.precedence() + 1)));
    }

    private SqlExpression comparedByWords(SqlExpression left) {
        if (takesWord("is")) {
            var function = takesWord("not") ? "isnotnull" : "isnull";
            require(takesWord("null"));
            return call(function, List.of(left));
        }
        if (takesWord("between")) {
            return between(left);
        }
        if (takesWord("not")) {
            if (takesWord("between")) {
                return call("not", List.of(between(left)));
            }
            var function = takesWord("in") ? "notin" : "notlike";
            require(function.equals("notin") || takesWord("like"));
            return call(function, List.of(left, expression(COMPARISON + 1)));
        }
        return left;
    }

    private SqlExpression between(SqlExpression value) {
        var low = expression(COMPARISON + 1);
        require(takesWord("and"));
        var high = expression(COMPARISON + 1);
        return call(
                "and",
                List.of(call("greaterorequals", List.of(value, low)), call("lessorequals", List.of(value, high))));
    }

    private SqlExpression operand() {
        if (takesWord("not")) {
            return call("not", List.of(expression(NOT)));
        }
        if (takes("-")) {
            return negated(operand());
        }
        if (takesWord("case")) {
            return caseOf();
        }
        return suffixed(primary());
    }

    private static SqlExpression negated(SqlExpression value) {
        return value instanceof Leaf(var kind, var text) && kind == Kind.NUMBER
                ? new Leaf(Kind.NUMBER, text.startsWith("-") ? text.substring(1) : "-" + text)
                : call("negate", List.of(value));
    }

    private SqlExpression primary() {
        var token = next();
        return switch (token.kind()) {
            case NUMBER -> new Leaf(Kind.NUMBER, number(token.text()));
            case TEXT -> new Leaf(Kind.TEXT, token.text());
            case QUOTED_NAME -> new Leaf(Kind.NAME, token.text());
            case NAME -> named(token);
            case SYMBOL -> bracketed(token);
        };
    }

    private SqlExpression named(Token token) {
        var word = token.text().toLowerCase(Locale.ROOT);
        if (word.equals("interval")) {
            var amount = expression(SUM + 1);
            return call("tointerval" + next().text(), List.of(amount));
        }
        if (takes("(")) {
            return word.equals("cast") ? castOf() : call(word, arguments(")"));
        }
        return CONSTANTS.containsKey(word)
                ? new Leaf(Kind.NUMBER, CONSTANTS.get(word))
                : new Leaf(Kind.NAME, word.equals("null") ? word : token.text());
    }

    private SqlExpression castOf() {
        var value = expression(LOWEST);
        if (takes(",")) {
            var type = next();
            require(type.kind() == SqlTokens.Kind.TEXT && takes(")"));
            return SqlExpression.cast(value, type.text());
        }
        require(takesWord("as"));
        int from = at;
        skipTo(")");
        return SqlExpression.cast(value, SqlType.textOf(tokens.subList(from, at - 1)));
    }

    private SqlExpression bracketed(Token opening) {
        if (opening.is("[")) {
            return call("array", arguments("]"));
        }
        require(opening.is("("));
        var inside = arguments(")");
        return inside.size() == 1 ? inside.getFirst() : call("tuple", inside);
    }

    private SqlExpression caseOf() {
        var parts = new ArrayList<SqlExpression>();
        boolean hasValue = !peeksWord("when");
        if (hasValue) {
            parts.add(expression(LOWEST));
        }
        while (takesWord("when")) {
            parts.add(expression(LOWEST));
            require(takesWord("then"));
            parts.add(expression(LOWEST));
        }
        parts.add(takesWord("else") ? expression(LOWEST) : new Leaf(Kind.NAME, "null"));
        require(takesWord("end"));
        return call(hasValue ? "casewithexpression" : "multiif", parts);
    }

    private SqlExpression suffixed(SqlExpression first) {
        var value = first;
        while (true) {
            if (takes("[")) {
                var index = arguments("]");
                require(index.size() == 1);
                value = call("arrayelement", List.of(value, index.getFirst()));
            } else if (takes("::")) {
                value = SqlExpression.cast(value, castType());
            } else if (takes(".")) {
                value = member(value, next());
            } else if (at < tokens.size() && tokens.get(at).kind() == SqlTokens.Kind.NUMBER && isMember(value)) {
                value = member(
                        value, new Token(SqlTokens.Kind.NUMBER, next().text().substring(1)));
            } else {
                return value;
            }
        }
    }

    /** The lexer reads the second part of {@code y.1} as the number .1. */
    private boolean isMember(SqlExpression value) {
        return tokens.get(at).text().startsWith(".")
                && !(value instanceof Leaf(var kind, var text) && kind != Kind.NAME);
    }

    private static SqlExpression member(SqlExpression value, Token member) {
        if (member.kind() == SqlTokens.Kind.NUMBER) {
            return call("tupleelement", List.of(value, new Leaf(Kind.NUMBER, member.text())));
        }
        require(value instanceof Leaf(var kind, var text)
                && kind == Kind.NAME
                && (member.kind() == SqlTokens.Kind.NAME || member.kind() == SqlTokens.Kind.QUOTED_NAME));
        return new Leaf(Kind.NAME, ((Leaf) value).text() + "." + member.text());
    }

    private String castType() {
        int from = at++;
        if (takes("(")) {
            skipTo(")");
        }
        return SqlType.textOf(tokens.subList(from, at));
    }

    private List<SqlExpression> arguments(String closing) {
        if (takes(closing)) {
            return List.of();
        }
        var list = list();
        require(takes(closing));
        return list;
    }

    /** Moves behind the bracket that closes what is open here. */
    private void skipTo(String closing) {
        for (int depth = 1; depth > 0; ) {
            var token = next();
            depth += token.is("(") ? 1 : token.is(closing) ? -1 : 0;
        }
    }

    private static SqlExpression call(String function, List<SqlExpression> arguments) {
        var name = function.toLowerCase(Locale.ROOT);
        if (ASSOCIATIVE.contains(name)
                && !arguments.isEmpty()
                && arguments.getFirst() instanceof Call inner
                && inner.is(name)) {
            var flat = new ArrayList<>(inner.arguments());
            flat.addAll(arguments.subList(1, arguments.size()));
            return new Call(name, flat);
        }
        return new Call(name, arguments);
    }

    private static String number(String text) {
        return text.startsWith("0x") || text.startsWith("0X")
                ? text.toLowerCase(Locale.ROOT)
                : new BigDecimal(text).stripTrailingZeros().toPlainString();
    }

    private Token next() {
        require(at < tokens.size());
        return tokens.get(at++);
    }

    private boolean peeksWord(String word) {
        return at < tokens.size() && tokens.get(at).isWord(word);
    }

    private boolean takes(String symbol) {
        boolean isNext = at < tokens.size() && tokens.get(at).is(symbol);
        at += isNext ? 1 : 0;
        return isNext;
    }

    private boolean takesWord(String word) {
        boolean isNext = peeksWord(word);
        at += isNext ? 1 : 0;
        return isNext;
    }

    private static void require(boolean condition) {
        if (!condition) {
            throw new NotUnderstood();
        }
    }
}
