package io.shardwright.keeper;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.client.utils.Serialization;
import io.shardwright.crds.ClickHouseCluster;
import io.shardwright.plan.Parsed;
import io.shardwright.topology.ClusterIntent;
import io.shardwright.topology.ClusterParser;
import org.junit.jupiter.api.Test;

class UsableRootsTest {
    private final UsableRoots roots = new UsableRoots();

    @Test
    void remembersWhatWasSeen() {
        roots.add(cluster("one"));

        assertThat(roots.contains(cluster("one"))).isTrue();
    }

    /** The ensemble that it had went with it. */
    @Test
    void oneThatIsMadeAnewUnderTheSameNameWasNotSeenYet() {
        roots.add(cluster("one"));

        assertThat(roots.contains(cluster("another"))).isFalse();
    }

    private static ClusterIntent cluster(String uid) {
        var resource = Serialization.unmarshal("""
                apiVersion: clickhouse.shardwright.io/v1alpha1
                kind: ClickHouseCluster
                metadata: {name: c, namespace: ns, uid: %s}
                spec: {version: "18.16.1", shards: 1, replicas: 1, storage: {size: 1Gi}}
                """.formatted(uid), ClickHouseCluster.class);
        return ClusterParser.parse(resource, "cluster.local") instanceof Parsed.Accepted<ClusterIntent>(var intent)
                ? intent
                : null;
    }
}
