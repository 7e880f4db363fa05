package io.shardwright.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.fabric8.kubernetes.client.utils.Serialization;
import io.shardwright.clickhouse.ClickHouseException;
import io.shardwright.clickhouse.Servers;
import io.shardwright.crds.ClickHouseCluster;
import io.shardwright.crds.ClickHouseClusterStatus;
import io.shardwright.table.TableObserved.ClusterState;
import io.shardwright.table.TableObserved.HostState;
import io.shardwright.topology.Host;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class TableObserverTest {
    private final TableIntent intent = Tables.intent();
    private final List<Host> hosts = Tables.LAYOUT.hosts();

    @Test
    void aHostThatDoesNotAnswerIsUnknown() {
        var failure = new ClickHouseException(ClickHouseException.NO_ANSWER, "silence", null);

        assertThat(observer(failure).ask(hosts, intent))
                .hasSameSizeAs(hosts)
                .containsEntry(hosts.getFirst(), new HostState.Unknown("silence"));
    }

    @Test
    void noHostIsLeftOutWhateverGoesWrong() {
        assertThatIllegalStateException()
                .isThrownBy(() -> observer(new UnsupportedOperationException()).ask(hosts, intent));
    }

    /** Whether the cluster had hosts is what its status remembers of its layout. */
    @Test
    void aClusterThatIsNotAcceptedHasNoHostsUntilItHadSome() {
        var cluster = Serialization.unmarshal("""
                apiVersion: clickhouse.shardwright.io/v1alpha1
                kind: ClickHouseCluster
                metadata: {name: flights, namespace: flights}
                spec: {coordination: {endpoints: [nowhere]}}
                """, ClickHouseCluster.class);
        var observer = observer(new UnsupportedOperationException());

        assertThat(observer.observe(intent, cluster).cluster()).isEqualTo(ClusterState.NEVER_ACCEPTED);

        cluster.setStatus(
                Serialization.unmarshal("layout: [{shard: 0, replicas: [0, 1]}]", ClickHouseClusterStatus.class));
        assertThat(observer.observe(intent, cluster).cluster()).isEqualTo(ClusterState.REJECTED);
    }

    private static TableObserver observer(RuntimeException failure) {
        return new TableObserver(new Failing(failure), "cluster.local");
    }

    private record Failing(RuntimeException failure) implements Servers {
        @Override
        public List<List<String>> query(Host host, String sql) {
            throw failure;
        }

        @Override
        public void execute(Host host, String sql, Map<String, String> settings) {
            throw failure;
        }
    }
}
