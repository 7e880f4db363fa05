package io.shardwright.serverconfig;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Quantity;
import io.shardwright.crds.LeavingShardPhase;
import io.shardwright.topology.ClusterIntent;
import io.shardwright.topology.ClusterRef;
import io.shardwright.topology.Coordination;
import io.shardwright.topology.Host;
import io.shardwright.topology.Layout;
import io.shardwright.topology.Leaving;
import io.shardwright.topology.Network;
import io.shardwright.topology.Storage;
import io.shardwright.topology.User;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

final class ServerConfigTest {
    private static final ClusterRef CLUSTER = new ClusterRef("ns", "c", "cluster.local");

    @Test
    void metrikaListsShardsAndReplicasWithoutAClearPassword() {
        var cluster = cluster(2, 2);

        var metrika = MetrikaXml.render(cluster, new HashSet<>(cluster.layout().hosts()));

        assertThat(metrika)
                .containsSubsequence(
                        "<remote_servers>",
                        "<c>",
                        "<shard>",
                        "<weight>1</weight>",
                        "<internal_replication>true</internal_replication>",
                        "<host>c-0-0-peers.ns.svc.cluster.local</host>",
                        "<user>internal</user>",
                        "<password from_env=\"SHARDWRIGHT_INTERNAL_PASSWORD\">",
                        "<host>c-0-1-peers.ns.svc.cluster.local</host>",
                        "<shard>",
                        "<host>c-1-0-peers.ns.svc.cluster.local</host>",
                        "<host>c-1-1-peers.ns.svc.cluster.local</host>",
                        "<zookeeper>",
                        "<host>zk-a</host>",
                        "<port>2181</port>",
                        "<root>/clickhouse</root>");
    }

    @Test
    void metrikaLeavesOutAShardWithoutAListedHost() {
        var cluster = cluster(2, 1);

        var metrika = MetrikaXml.render(cluster, Set.of(new Host(CLUSTER, 0, 0)));

        assertThat(metrika.split("<shard>", -1)).hasSize(2);
        assertThat(MetrikaXml.lists(metrika, new Host(CLUSTER, 0, 0))).isTrue();
        assertThat(MetrikaXml.lists(metrika, new Host(CLUSTER, 1, 0))).isFalse();
    }

    @Test
    void aShardThatIsDrainedIsReadAndGetsNoRows() {
        var cluster = cluster(3, 1, Leaving.NONE);
        var draining = cluster(3, 1, draining(1, 2));
        var all = new HashSet<>(cluster.layout().hosts());

        assertThat(weights(MetrikaXml.render(cluster, all))).containsExactly(1, 1, 1);
        assertThat(weights(MetrikaXml.render(draining, all))).containsExactly(1, 0, 0);
        assertThat(all).allMatch(host -> MetrikaXml.lists(MetrikaXml.render(draining, all), host));
    }

    /** A server ends when it divides by the sum of the weights, and that is 0. */
    @Test
    void neverAreAllWeightsZero() {
        var draining = cluster(3, 1, draining(1, 2));

        var metrika = MetrikaXml.render(draining, Set.of(new Host(CLUSTER, 1, 0), new Host(CLUSTER, 2, 0)));

        assertThat(weights(metrika)).containsExactly(1, 1);
    }

    private static Leaving draining(Integer... shards) {
        var phases = new TreeMap<Integer, LeavingShardPhase>();
        List.of(shards).forEach(shard -> phases.put(shard, LeavingShardPhase.Draining));
        return new Leaving(new TreeMap<>(), phases);
    }

    private static List<Integer> weights(String metrika) {
        return Pattern.compile("<weight>(\\d+)</weight>")
                .matcher(metrika)
                .results()
                .map(weight -> Integer.valueOf(weight.group(1)))
                .toList();
    }

    @Test
    void everyUserHasAHashAProfileAQuotaAndNetworks() {
        var users = List.of(
                new User("default", User.Access.full, List.of()),
                new User("analyst", User.Access.readonly, List.of(new Network("::ffff:10.0.0.0", 104))));

        var xml = UsersXml.render(users, Map.of("default", "aa", "analyst", "bb"));

        assertThat(xml)
                .containsSubsequence(
                        "<users replace=\"replace\">",
                        "<default>",
                        "<password_sha256_hex>aa</password_sha256_hex>",
                        "<ip>::/0</ip>",
                        "<profile>default</profile>",
                        "<quota>default</quota>",
                        "<analyst>",
                        "<password_sha256_hex>bb</password_sha256_hex>",
                        "<ip>::ffff:10.0.0.0/104</ip>",
                        "<profile>readonly</profile>",
                        "<quota>default</quota>")
                .contains("<interval>");
    }

    @Test
    void textIsEscaped() {
        assertThat(Xml.text("a", "<&>\"").document()).contains("<a>&lt;&amp;&gt;\"</a>");
    }

    @Test
    void aHostKnowsItsMacrosAndItsName() {
        assertThat(HostXml.render(new Host(CLUSTER, 1, 0)))
                .containsSubsequence(
                        "<interserver_http_host>c-1-0-peers.ns.svc.cluster.local</interserver_http_host>",
                        "<macros replace=\"replace\">",
                        "<cluster>c</cluster>",
                        "<shard>1</shard>",
                        "<replica from_env=\"SHARDWRIGHT_REPLICA\" replace=\"replace\">c-1-0</replica>");
    }

    private static ClusterIntent cluster(int shards, int replicas) {
        return cluster(shards, replicas, Leaving.NONE);
    }

    private static ClusterIntent cluster(int shards, int replicas, Leaving leaving) {
        return new ClusterIntent(
                CLUSTER,
                "uid",
                "18.16.1",
                "image",
                new Layout.Size(shards, replicas),
                Layout.of(CLUSTER, new Layout.Size(shards, replicas)),
                leaving,
                new Coordination.External(List.of("zk-a:2181"), "/clickhouse"),
                new Storage(new Quantity("1Gi"), Optional.empty()),
                User.ofEveryCluster(),
                ClusterIntent.PodAdditions.none(),
                true);
    }
}
