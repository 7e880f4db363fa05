package io.shardwright.rebalance;

import io.shardwright.clickhouse.HostSnapshot.TableName;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What stands of a cluster, as a rebalance sees it.
 *
 * @param cluster empty when it does not exist, or is being deleted
 * @param keyed tables whose sharding key matters
 * @param moves what stands of each move that was begun, by its id
 * @param imports tables that somebody else attaches partitions to now, and who, e.g. import x
 * @param ahead another Rebalance of the cluster, which goes first
 * @param readers asked only where it matters who reads from where
 */
record RebalanceObserved(
        Optional<ClusterFacts> cluster,
        List<HostParts> hosts,
        Set<TableName> keyed,
        Map<String, MoveObserved> moves,
        Map<TableName, String> imports,
        Optional<String> ahead,
        Readers readers) {
    RebalanceObserved {
        hosts = List.copyOf(hosts);
        keyed = Set.copyOf(keyed);
        moves = Map.copyOf(moves);
        imports = Map.copyOf(imports);
    }
}
