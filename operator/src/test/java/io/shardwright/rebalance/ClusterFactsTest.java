package io.shardwright.rebalance;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.shardwright.crds.ClickHouseCluster;
import org.junit.jupiter.api.Test;

class ClusterFactsTest {
    @Test
    void whatStandsOfAClusterThatIsNotAcceptedIsKnown() {
        var facts = ClusterFacts.of(cluster("\"no port\""), "cluster.local").orElseThrow();

        assertThat(facts.layout().shards()).containsExactly(0, 2);
        assertThat(facts.hostsOf(2)).hasSize(2);
        assertThat(facts.draining()).containsExactly(2);
        assertThat(facts.rejection()).hasValueSatisfying(why -> assertThat(why).contains("no port"));
    }

    @Test
    void oneThatIsAcceptedIsNotRejected() {
        assertThat(ClusterFacts.of(cluster("zk:2181"), "cluster.local")
                        .orElseThrow()
                        .rejection())
                .isEmpty();
    }

    @Test
    void oneThatIsBeingDeletedIsNone() {
        var cluster = cluster("zk:2181");
        cluster.getMetadata().setDeletionTimestamp("2026-01-01T00:00:00Z");

        assertThat(ClusterFacts.of(cluster, "cluster.local")).isEmpty();
    }

    private static ClickHouseCluster cluster(String endpoint) {
        var cluster = Serialization.unmarshal("""
                spec:
                  version: "18.16.1"
                  shards: 1
                  replicas: 2
                  coordination: {endpoints: [%s]}
                status:
                  layout: [{shard: 0, replicas: [0, 1]}, {shard: 2, replicas: [0, 1]}]
                  scaling: {leavingShards: [{shard: 2, phase: Draining}]}
                """.formatted(endpoint), ClickHouseCluster.class);
        cluster.setMetadata(
                new ObjectMetaBuilder().withNamespace("ns").withName("c").build());
        return cluster;
    }
}
