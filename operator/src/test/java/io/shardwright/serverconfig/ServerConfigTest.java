package io.shardwright.serverconfig;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Quantity;
import io.shardwright.topology.ClusterIntent;
import io.shardwright.topology.ClusterRef;
import io.shardwright.topology.Coordination;
import io.shardwright.topology.Host;
import io.shardwright.topology.Layout;
import io.shardwright.topology.Leaving;
import io.shardwright.topology.Storage;
import io.shardwright.topology.User;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
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
    void everyUserHasAHashAProfileAQuotaAndNetworks() {
        var users = List.of(
                new User("default", User.Access.full, List.of()),
                new User("analyst", User.Access.readonly, List.of("10.0.0.0/8")));

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
                        "<ip>10.0.0.0/8</ip>",
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
        return new ClusterIntent(
                CLUSTER,
                "uid",
                "18.16.1",
                "image",
                new Layout.Size(shards, replicas),
                Layout.of(CLUSTER, new Layout.Size(shards, replicas)),
                Leaving.NONE,
                new Coordination.External(List.of("zk-a:2181"), "/clickhouse"),
                new Storage(new Quantity("1Gi"), Optional.empty()),
                User.ofEveryCluster(),
                ClusterIntent.PodAdditions.none(),
                true);
    }
}
