package io.shardwright.rebalance;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardwright.clickhouse.Dialect;
import io.shardwright.clickhouse.HostSnapshot.TableName;
import io.shardwright.clickhouse.Servers;
import io.shardwright.crds.MovePhase;
import io.shardwright.rebalance.MoveObserved.Part;
import io.shardwright.rebalance.MoveObserved.Source;
import io.shardwright.topology.ClusterRef;
import io.shardwright.topology.Host;
import io.shardwright.topology.Layout;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What is seen of a partition while inserts end between two questions. */
class MoveObserverTest {
    private static final ClusterRef CLUSTER = new ClusterRef("ns", "c", "cluster.local");
    private static final Layout LAYOUT = Layout.of(CLUSTER, new Layout.Size(2, 1));
    private static final Move MOVE = new Move("1", new TableName("db", "t"), "p", 0, 1);
    private static final String DROP = "drop\np_0_7_999999999\n";

    private final SourceReplica source = new SourceReplica();

    @Test
    void anInsertThatEndsWhileItIsLookedForIsSeenByItsRows() {
        source.queue.add(List.of(DROP));
        source.whenAskedForInserts = () -> source.parts.add(List.of("p_7_7_0", "7", "7", "1"));

        var observed = observe();

        assertThat(observed.insertsInFlight()).isFalse();
        assertThat(seen(observed).parts()).extracting(Part::name).containsExactly("p_7_7_0");
    }

    @Test
    void whileADropComesOrGoesAnInsertMayBeUnderWay() {
        source.queue.add(List.of(DROP));
        source.whenAskedForInserts = source.queue::clear;

        assertThat(observe().insertsInFlight()).isTrue();
        assertThat(observe().insertsInFlight()).isFalse();
    }

    private MoveObserved observe() {
        var facts = new ClusterFacts(
                LAYOUT, Set.copyOf(LAYOUT.hosts()), Set.of(), 1, Dialect.of("18.16.1"), Optional.empty());
        var current = new CurrentMove(MOVE, MovePhase.Switching, 1, 1, 1, Mark.NONE, "", ReadSide.ALL);
        return new MoveObserver(source, new Copies(), Clock.systemUTC())
                .observe(List.of(current), facts)
                .get(MOVE.id());
    }

    private static Source.Known seen(MoveObserved observed) {
        return (Source.Known) observed.source().getFirst();
    }

    /** The one replica of shard 0; what is asked of shard 1 is of no interest. */
    private static final class SourceReplica implements Servers {
        private static final String PATH = "/tables/0/t";
        private final List<List<String>> queue = new ArrayList<>();
        private final List<List<String>> parts = new ArrayList<>();
        private Runnable whenAskedForInserts = () -> {};

        @Override
        public List<List<String>> query(Host host, String sql) {
            if (host.shard() != 0 || sql.equals(MoveSql.running(MOVE)) || sql.equals(MoveSql.locks(PATH))) {
                return List.of();
            }
            if (sql.equals(MoveSql.replica(MOVE))) {
                return List.of(List.of(PATH, PATH + "/replicas/r", "1", "0", "4", "5"));
            }
            if (sql.equals(MoveSql.queue(PATH + "/replicas/r"))) {
                return List.copyOf(queue);
            }
            if (sql.equals(MoveSql.parts(MOVE))) {
                return List.copyOf(parts);
            }
            if (sql.equals(MoveSql.blockNumbers(MOVE, PATH))) {
                whenAskedForInserts.run();
                return List.of();
            }
            return List.of(List.of("checksum"));
        }

        @Override
        public void execute(Host host, String sql, Map<String, String> settings) {
            throw new AssertionError("an observer changes nothing: " + sql);
        }
    }
}
