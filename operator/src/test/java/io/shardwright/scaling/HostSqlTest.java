package io.shardwright.scaling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

final class HostSqlTest {
    private static final List<String> SIZE = List.of("size", "7", "70", "");

    @Test
    void anAnswerThatDoesNotTellHowManyRowsThereAreIsNoneOfAnEmptyHost() {
        assertThatThrownBy(() -> HostSql.read(List.of(List.of("server", "a", "1", "")), List.of()))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(HostSql.read(List.of(SIZE), List.of()).rows()).isEqualTo(7);
    }

    @Test
    void aServerBringsRowsToTheShardsThatHaveAWeight() {
        var said = HostSql.read(
                List.of(SIZE, List.of("server", "a", "1", ""), List.of("server", "b", "0", "")), List.of());

        assertThat(said.lists()).containsExactlyInAnyOrder("a", "b");
        assertThat(said.fills()).containsExactly("a");
    }
}
