package io.shardwright.rebalance;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardwright.clickhouse.ClickHouseException;
import io.shardwright.clickhouse.Dialect;
import io.shardwright.clickhouse.HostSnapshot.TableName;
import io.shardwright.clickhouse.Servers;
import io.shardwright.rebalance.RebalanceExecutor.Means;
import io.shardwright.topology.ClusterRef;
import io.shardwright.topology.Host;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class RebalanceExecutorTest {
    private static final Host HOST = new Host(new ClusterRef("ns", "c", "cluster.local"), 1, 0);
    private static final Move MOVE = new Move("1", new TableName("db", "t"), "p", 0, 1);

    private final List<String> executed = new ArrayList<>();
    private final Copies copies = new Copies();
    private final Servers servers = new Servers() {
        @Override
        public List<List<String>> query(Host host, String sql) {
            return List.of();
        }

        @Override
        public void execute(Host host, String sql, Map<String, String> settings) {
            executed.add(sql);
        }
    };

    /** Else it would be copied again instead of being given up. */
    @Test
    void aMoveThatIsGivenUpKeepsItsFailuresWhileItsTablesAreDropped() {
        copies.start(
                MOVE.id(),
                () -> {
                    throw new ClickHouseException(243, "full", null);
                },
                () -> {});
        Awaitility.await().until(() -> !copies.of(MOVE.id()).isRunning());
        var executor = new RebalanceExecutor(servers, new MoveObserver(servers, copies, Clock.systemUTC()), copies);

        executor.execute(new RebalanceAction.DropMoveTables(MOVE, HOST), new Means(Dialect.of("18.16.1"), 0, () -> {}));

        assertThat(executed).hasSize(2).allMatch(sql -> sql.startsWith("DROP TABLE"));
        assertThat(copies.of(MOVE.id()).failures()).isEqualTo(1);
    }
}
