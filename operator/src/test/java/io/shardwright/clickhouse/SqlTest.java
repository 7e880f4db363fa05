package io.shardwright.clickhouse;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class SqlTest {
    private static final String ALPHABET = "ab09_ .`'\"\\\n\t\r\0éß漢;-/*{}()%";

    @Test
    void quotesNamesAndTexts() {
        assertThat(Sql.identifier("flights")).isEqualTo("`flights`");
        assertThat(Sql.identifier("a`b\\c")).isEqualTo("`a\\`b\\\\c`");
        assertThat(Sql.qualified("nyc", "a.b")).isEqualTo("`nyc`.`a.b`");
        assertThat(Sql.literal("it's \"a\" `b`\n")).isEqualTo("'it\\'s \"a\" `b`\\n'");
    }

    @Test
    void nothingEndsAQuoteButItsEnd() {
        var random = new Random(1);
        for (int i = 0; i < 5_000; i++) {
            var text = randomText(random);
            assertThat(unquote(Sql.literal(text), '\'')).isEqualTo(text);
            assertThat(unquote(Sql.identifier(text), '`')).isEqualTo(text);
        }
    }

    static String randomText(Random random) {
        return random.ints(random.nextInt(12), 0, ALPHABET.length())
                .mapToObj(index -> String.valueOf(ALPHABET.charAt(index)))
                .collect(Collectors.joining());
    }

    /** Reads a quoted text as ClickHouse's lexer does: up to the first mark without a backslash before it. */
    private static String unquote(String quoted, char mark) {
        assertThat(quoted.charAt(0)).isEqualTo(mark);
        var text = new StringBuilder();
        int i = 1;
        for (; quoted.charAt(i) != mark; i++) {
            char c = quoted.charAt(i);
            text.append(c == '\\' ? unescaped(quoted.charAt(++i)) : c);
        }
        assertThat(i).as("the quote ends where the text does").isEqualTo(quoted.length() - 1);
        return text.toString();
    }

    private static char unescaped(char c) {
        return switch (c) {
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case '0' -> '\0';
            default -> c;
        };
    }
}
