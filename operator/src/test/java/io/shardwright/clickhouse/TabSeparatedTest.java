package io.shardwright.clickhouse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class TabSeparatedTest {
    @Test
    void readsFieldsEscapesAndNulls() {
        assertThat(TabSeparated.parse("a\\tb\t\\N\t\t\\\\N\\'\nx\ty\tz\tw\n"))
                .containsExactly(Arrays.asList("a\tb", null, "", "\\N'"), List.of("x", "y", "z", "w"));
    }

    @Test
    void noTextIsNoRowAndAnEmptyLineIsOneEmptyField() {
        assertThat(TabSeparated.parse("")).isEmpty();
        assertThat(TabSeparated.parse("\n\n")).containsExactly(List.of(""), List.of(""));
    }

    @Test
    void anAnswerCutShortIsNotAnAnswer() {
        assertThatThrownBy(() -> TabSeparated.parse("1\t2\n3"))
                .isInstanceOfSatisfying(ClickHouseException.class, e -> assertThat(e.isNoAnswer())
                        .isTrue());
    }
}
