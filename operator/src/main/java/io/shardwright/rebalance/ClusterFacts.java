package io.shardwright.rebalance;

import io.fabric8.kubernetes.api.model.Quantity;
import io.shardwright.clickhouse.Dialect;
import io.shardwright.crds.ClickHouseCluster;
import io.shardwright.plan.Parsed;
import io.shardwright.topology.ClusterIntent;
import io.shardwright.topology.ClusterParser;
import io.shardwright.topology.Host;
import io.shardwright.topology.Layout;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What the cluster is like.
 *
 * @param hosts those that have tables and keep them
 * @param draining shards that leave the cluster
 * @param volumeBytes size of each host's volume
 * @param rejection why its spec is not accepted: then no move begins, and those that were begun are ended
 */
record ClusterFacts(
        Layout layout,
        Set<Host> hosts,
        Set<Integer> draining,
        long volumeBytes,
        Dialect dialect,
        Optional<String> rejection) {
    ClusterFacts {
        hosts = Set.copyOf(hosts);
        draining = Set.copyOf(draining);
    }

    /** Empty if it is being deleted, or has no spec. */
    static Optional<ClusterFacts> of(ClickHouseCluster cluster, String dnsDomain) {
        return Optional.of(cluster)
                .filter(standing -> !standing.isMarkedForDeletion())
                .flatMap(standing -> ClusterParser.standing(standing, dnsDomain))
                .map(standing -> new ClusterFacts(
                        standing.layout(),
                        Set.copyOf(standing.hostsWithTables()),
                        standing.leaving().shards().keySet(),
                        Quantity.getAmountInBytes(standing.storage().size()).longValue(),
                        Dialect.of(standing.version()),
                        rejection(cluster, dnsDomain)));
    }

    private static Optional<String> rejection(ClickHouseCluster cluster, String dnsDomain) {
        return switch (ClusterParser.parse(cluster, dnsDomain)) {
            case Parsed.Rejected<ClusterIntent>(var why) -> Optional.of(why);
            case Parsed.Accepted<ClusterIntent> accepted -> Optional.empty();
        };
    }

    List<Host> hostsOf(int shard) {
        return layout.hostsOf(shard).stream().filter(hosts::contains).toList();
    }
}
