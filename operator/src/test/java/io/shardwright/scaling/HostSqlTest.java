package io.shardwright.scaling;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

final class HostSqlTest {
    @Test
    void aServerBringsRowsToTheShardsThatHaveAWeight() {
        var said = HostSql.read(List.of(List.of("server", "a", "1", ""), List.of("server", "b", "0", "")), List.of());

        assertThat(said.lists()).containsExactlyInAnyOrder("a", "b");
        assertThat(said.fills()).containsExactly("a");
    }
}
