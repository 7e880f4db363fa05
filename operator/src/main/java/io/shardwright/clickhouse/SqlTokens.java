package io.shardwright.clickhouse;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** Cuts SQL into words as ClickHouse's lexer does. Comments are refused: nothing that the operator reads has any. */
final class SqlTokens {
    private static final Pattern WORD = Pattern.compile("""
            (?<space>\\s+)\
            |(?<name>[A-Za-z_][A-Za-z0-9_]*)\
            |(?<quotedname>`(?:[^`\\\\]|\\\\.|``)*`|"(?:[^"\\\\]|\\\\.|"")*")\
            |(?<number>0[xX][0-9a-fA-F]+|(?:\\d+\\.?\\d*|\\.\\d+)(?:[eE][+-]?\\d+)?)\
            |(?<text>'(?:[^'\\\\]|\\\\.|'')*')\
            |(?<symbol>->|::|\\|\\||<=|>=|<>|!=|==|[-+*/%=<>?:,.()\\[\\]])""", Pattern.DOTALL);

    private static final Pattern COMMENT = Pattern.compile("\\G(--|/\\*|#)");

    private SqlTokens() {}

    enum Kind {
        NAME,
        QUOTED_NAME,
        NUMBER,
        TEXT,
        SYMBOL
    }

    /** @param text what is meant: of a quoted name or text what is inside */
    record Token(Kind kind, String text) {
        boolean is(String symbol) {
            return kind == Kind.SYMBOL && text.equals(symbol);
        }

        boolean isWord(String word) {
            return kind == Kind.NAME && text.equalsIgnoreCase(word);
        }
    }

    /** @throws NotUnderstood when the text holds anything that is no word */
    static List<Token> of(String sql) {
        var tokens = new ArrayList<Token>();
        var word = WORD.matcher(sql);
        var comment = COMMENT.matcher(sql);
        for (int at = 0; at < sql.length(); at = word.end()) {
            if (comment.find(at) && comment.start() == at || !word.find(at) || word.start() != at) {
                throw new NotUnderstood();
            }
            if (word.group("name") != null) {
                tokens.add(new Token(Kind.NAME, word.group()));
            } else if (word.group("quotedname") != null) {
                tokens.add(new Token(Kind.QUOTED_NAME, unquote(word.group())));
            } else if (word.group("number") != null) {
                tokens.add(new Token(Kind.NUMBER, word.group()));
            } else if (word.group("text") != null) {
                tokens.add(new Token(Kind.TEXT, unquote(word.group())));
            } else if (word.group("symbol") != null) {
                tokens.add(new Token(Kind.SYMBOL, word.group()));
            }
        }
        return tokens;
    }

    /** True when every bracket is closed by its own kind, in turn. */
    static boolean areBracketsClosed(List<Token> tokens) {
        var open = new ArrayDeque<String>();
        for (var token : tokens) {
            if (token.is("(") || token.is("[")) {
                open.push(token.is("(") ? ")" : "]");
            } else if ((token.is(")") || token.is("]")) && !token.text().equals(open.poll())) {
                return false;
            }
        }
        return open.isEmpty();
    }

    /** What follows a word outside of all brackets. */
    static List<Token> after(String word, List<Token> tokens) {
        int depth = 0;
        for (int i = 0; i < tokens.size(); i++) {
            var token = tokens.get(i);
            depth += token.is("(") ? 1 : token.is(")") ? -1 : 0;
            if (depth == 0 && token.isWord(word)) {
                return tokens.subList(i + 1, tokens.size());
            }
        }
        return List.of();
    }

    private static String unquote(String quoted) {
        char mark = quoted.charAt(0);
        var text = new StringBuilder();
        for (int i = 1; i < quoted.length() - 1; i++) {
            char c = quoted.charAt(i);
            if (c == '\\') {
                text.append(TabSeparated.unescape(quoted.charAt(++i)));
            } else {
                text.append(c);
                i += c == mark ? 1 : 0;
            }
        }
        return text.toString();
    }

    /** Text that is not SQL, or SQL of a kind that is not known here. */
    static final class NotUnderstood extends RuntimeException {
        private static final long serialVersionUID = 1L;

        NotUnderstood() {
            super("SQL of a kind that is not known here", null, false, false);
        }
    }
}
