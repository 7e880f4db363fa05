package io.shardwright.rebalance;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardwright.clickhouse.HostSnapshot.TableName;
import io.shardwright.rebalance.MoveObserved.Memory;
import io.shardwright.rebalance.MoveStateSql.Window;
import io.shardwright.topology.ClusterRef;
import io.shardwright.topology.Host;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Whether the target of a move would know of having taken the partition, and what it is busy with. */
class MoveStateSqlTest {
    private static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");
    private static final Window WINDOW = new Window(2, Duration.ofHours(1));
    private static final Optional<Mark> MARK = Optional.of(new Mark(10, BEGIN));
    private static final List<String> BEFORE = List.of("a", "p_0_0_0", "10");
    private static final List<String> AFTER = List.of("b", "p_1_1_0", "11");

    @Test
    void whatWasTakenIsRememberedHoweverLongAgo() {
        assertThat(MoveStateSql.memory(Set.of("p_1_1_0"), List.of(AFTER), WINDOW, MARK, BEGIN.plusSeconds(7_200)))
                .isEqualTo(Memory.TAKEN);
    }

    @Test
    void beforeASwitchNothingCanHaveBeenTaken() {
        assertThat(MoveStateSql.memory(Set.of(), List.of(), WINDOW, Optional.empty(), BEGIN))
                .isEqualTo(Memory.NOT_TAKEN);
    }

    @Test
    void aTableThatHoldsFewerBlocksThanItRemembersKnowsAll() {
        assertThat(memory(Duration.ofMinutes(59), List.of(AFTER))).isEqualTo(Memory.NOT_TAKEN);
        assertThat(memory(Duration.ofMinutes(59), List.of(BEFORE, AFTER))).isEqualTo(Memory.NOT_TAKEN);
        assertThat(memory(Duration.ofMinutes(59), List.of(AFTER, AFTER))).isEqualTo(Memory.FORGOTTEN);
    }

    @Test
    void whatIsOlderThanTheTableRemembersMayBeForgottenHoweverFewBlocksItHolds() {
        assertThat(memory(Duration.ofHours(1), List.of())).isEqualTo(Memory.FORGOTTEN);
        assertThat(memory(Duration.ofHours(1), List.of(AFTER))).isEqualTo(Memory.FORGOTTEN);
        assertThat(memory(Duration.ofHours(1), List.of(BEFORE, AFTER))).isEqualTo(Memory.FORGOTTEN);
    }

    @Test
    void aTableMayRememberMoreOrLessThanTheServerSays() {
        var server = List.of(
                List.of("replicated_deduplication_window", "100"),
                List.of("replicated_deduplication_window_seconds", "604800"));

        assertThat(Window.of(server, Map.of())).isEqualTo(new Window(100, Duration.ofDays(7)));
        assertThat(Window.of(
                        server, Map.of("replicated_deduplication_window_seconds", "60", "index_granularity", "8192")))
                .isEqualTo(new Window(100, Duration.ofMinutes(1)));
    }

    @Test
    void aStatementAboutATableOfTheMoveThatDoesNotEndHangs() {
        assertThat(hanging("60", "CREATE TABLE `db`.`_move_1` (a UInt8) /* _move_1 */"))
                .contains("CREATE TABLE db._move_1, for 60 s");
        assertThat(hanging("61", "DROP TABLE IF EXISTS `db`.`_move_1_in` /* _move_1 */"))
                .contains("DROP TABLE db._move_1_in, for 61 s");
        assertThat(hanging("59", "CREATE TABLE `db`.`_move_1` (a UInt8) /* _move_1 */"))
                .isEmpty();
        assertThat(hanging("600", "ALTER TABLE `db`.`_move_1_in` FETCH PARTITION ID 'p' FROM '/x' /* _move_1 */"))
                .isEmpty();
    }

    private static Optional<String> hanging(String seconds, String query) {
        var host = new Host(new ClusterRef("ns", "c", "cluster.local"), 1, 0);
        var move = new Move("1", new TableName("db", "t"), "p", 0, 1);
        var rows = List.of(List.of("running", "id", seconds, query, ""));
        return MoveStateSql.target(host, move, rows, List.of(), Set.of(), false).hanging();
    }

    private static Memory memory(Duration age, List<List<String>> remembered) {
        return MoveStateSql.memory(Set.of(), remembered, WINDOW, MARK, BEGIN.plus(age));
    }
}
