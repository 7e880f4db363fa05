package io.shardwright.holdings;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardwright.clickhouse.Servers;
import io.shardwright.holdings.HostContents.PartState;
import io.shardwright.holdings.HostContents.ReplicaState;
import io.shardwright.holdings.HostContents.TableId;
import io.shardwright.holdings.HostContents.TableState;
import io.shardwright.topology.ClusterRef;
import io.shardwright.topology.Host;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

final class RegistryObserverTest {
    private static final ClusterRef CLUSTER = new ClusterRef("ns", "c", "cluster.local");
    private static final Host HOST = new Host(CLUSTER, 0, 1);
    private static final Host PEER = new Host(CLUSTER, 0, 0);

    private final ZooKeeper zooKeeper = new ZooKeeper();

    @Test
    void replicasAreFoundByTheNameOfTheirHost() {
        zooKeeper.replica("/tables/0/t", "c-0-1-abcde", "all_0_0_0").replica("/tables/0/t", "c-0-0", "all_0_0_0");

        var known = known(Optional.empty());

        assertThat(known.replicas()).singleElement().satisfies(replica -> {
            assertThat(replica.znode()).isEqualTo("/tables/0/t/replicas/c-0-1-abcde");
            assertThat(replica.parts()).containsExactly(Part.of("all_0_0_0"));
        });
        assertThat(known.ofPeers()).isEqualTo(1);
    }

    @Test
    void thoseThatAUserNamedAreFoundByTheWordOfTheirServer() {
        zooKeeper.replica("/x", "r1", "all_0_0_0", "all_1_1_0").replica("/x", "r2", "all_0_0_0");

        assertThat(known(Optional.empty()).replicas()).isEmpty();
        assertThat(known(Optional.of(contents("/x", "r1", "all_0_0_0"))).replicas())
                .singleElement()
                .satisfies(replica -> {
                    assertThat(replica.znode()).isEqualTo("/x/replicas/r1");
                    assertThat(replica.parts()).hasSize(2);
                });
    }

    @Test
    void whatTheCoordinationHasForgottenIsOnItsVolumeAllTheSame() {
        assertThat(known(Optional.of(contents("/x", "r1", "all_0_0_0"))).replicas())
                .singleElement()
                .satisfies(replica -> {
                    assertThat(replica.path()).isEqualTo("/x");
                    assertThat(replica.parts()).containsExactly(Part.of("all_0_0_0"));
                });
    }

    @Test
    void whatIsTooDeepToBeFoundIsNotTakenForAbsent() {
        zooKeeper.replica("/1/2/3/4/5/6/7/8/9/10/11", "c-0-1", "all_0_0_0");
        assertThat(known(Optional.empty()).replicas()).hasSize(1);

        zooKeeper.replica("/1/2/3/4/5/6/7/8/9/10/11b/12", "c-0-1", "all_0_0_0");
        assertThat(ask(Optional.empty())).isInstanceOfSatisfying(Registration.Unknown.class, unknown -> {
            assertThat(unknown.lasts()).isTrue();
            assertThat(unknown.message()).contains("/1/2/3/4/5/6/7/8/9/10/11b/12");
        });
    }

    @Test
    void whatIsTooMuchToBeSearchedIsNotTakenForAbsent() {
        for (int i = 0; i < 20_000; i++) {
            zooKeeper.add("/" + i);
        }

        assertThat(ask(Optional.empty()))
                .isInstanceOfSatisfying(Registration.Unknown.class, unknown -> assertThat(unknown.lasts())
                        .isTrue());
    }

    private Registration.Known known(Optional<HostContents> said) {
        return (Registration.Known) ask(said);
    }

    private Registration ask(Optional<HostContents> said) {
        return new RegistryObserver(zooKeeper).ask(HOST, said, PEER, List.of(PEER));
    }

    private static HostContents contents(String path, String name, String part) {
        var table = new TableState(
                "ReplicatedMergeTree",
                "",
                Optional.of(new ReplicaState(path, new ReplicaName(name), true)),
                List.of(new PartState(Part.of(part), 1, 1, true)));
        return new HostContents(
                Optional.empty(),
                new TreeMap<>(),
                new TreeMap<>(Map.of(new TableId("d", "t"), table)),
                new TreeMap<>(),
                Optional.empty());
    }

    /** As servers tell it. */
    private static final class ZooKeeper implements Servers {
        private static final Pattern PATH = Pattern.compile("WHERE path = '([^']*)'");

        private final Map<String, TreeSet<String>> children = new TreeMap<>();

        ZooKeeper replica(String table, String name, String... parts) {
            add(table + "/log");
            var znode = table + "/replicas/" + name;
            add(znode + "/queue");
            add(znode + "/parts");
            List.of(parts).forEach(part -> add(znode + "/parts/" + part));
            return this;
        }

        void add(String path) {
            int last = path.lastIndexOf('/');
            var above = last == 0 ? "/" : path.substring(0, last);
            if (children.computeIfAbsent(above, any -> new TreeSet<>()).add(path.substring(last + 1)) && last > 0) {
                add(above);
            }
        }

        @Override
        public List<List<String>> query(Host host, String sql) {
            assertThat(host).isEqualTo(PEER);
            return sql.contains("SELECT value")
                    ? List.of()
                    : PATH.matcher(sql)
                            .results()
                            .map(match -> match.group(1))
                            .flatMap(path -> children.getOrDefault(path, new TreeSet<>()).stream()
                                    .map(name -> List.of(path, name)))
                            .toList();
        }

        @Override
        public void execute(Host host, String sql, Map<String, String> settings) {
            throw new AssertionError("an observer changes nothing");
        }
    }
}
