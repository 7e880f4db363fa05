package io.shardwright.e2e.bench;

import static org.awaitility.Awaitility.await;

import io.shardwright.crds.Rebalance;
import io.shardwright.crds.RebalancePhase;
import java.time.Duration;
import java.util.Collection;
import java.util.List;

/** How long a Rebalance of two shards takes of which one has everything, and how much it moves. */
record Balancing(DataCluster cluster) {
    private static final Duration BALANCED_WITHIN = Duration.ofMinutes(3);

    /** As in the Rebalance. */
    private static final int TOLERANCE_PERCENT = 10;

    Duration byTheOperator(String name) {
        long began = System.nanoTime();
        cluster.sandbox().apply("""
                apiVersion: clickhouse.shardwright.io/v1alpha1
                kind: Rebalance
                metadata: {name: %s}
                spec: {cluster: %s, imbalancePercent: %d}
                """.formatted(name, DataCluster.NAME, TOLERANCE_PERCENT));
        await("the Rebalance succeeds")
                .pollInterval(Duration.ofMillis(50))
                .atMost(BALANCED_WITHIN)
                .until(() -> phase(name) == RebalancePhase.Succeeded);
        return Duration.ofNanos(System.nanoTime() - began);
    }

    long bytesMoved(String name) {
        return rebalance(name).getStatus().bytesMoved();
    }

    /** Of the sizes of partitions that are all on one of two shards: every choice is tried. */
    static long least(Collection<Long> partitions) {
        var sizes = List.copyOf(partitions);
        long all = sizes.stream().mapToLong(Long::longValue).sum();
        long limit = all / 2 + all / 2 * TOLERANCE_PERCENT / 100;
        long least = all;
        for (int choice = 0; choice < 1 << sizes.size(); choice++) {
            long moved = 0;
            for (int i = 0; i < sizes.size(); i++) {
                moved += (choice >> i & 1) == 1 ? sizes.get(i) : 0;
            }
            if (moved <= limit && all - moved <= limit) {
                least = Math.min(least, moved);
            }
        }
        return least;
    }

    private RebalancePhase phase(String name) {
        var status = rebalance(name).getStatus();
        return status == null ? RebalancePhase.Pending : status.phase();
    }

    private Rebalance rebalance(String name) {
        return cluster.sandbox()
                .client()
                .resources(Rebalance.class)
                .inNamespace(cluster.sandbox().namespace())
                .withName(name)
                .require();
    }
}
