package io.shardwright.scaling;

import io.shardwright.topology.ClusterRef;
import io.shardwright.topology.Layout;
import java.util.Set;

/**
 * The size that is asked for.
 *
 * @param removeFirst names of hosts that go first when fewer replicas are asked for
 * @param fillsNewShards a Rebalance is created when shards were added
 */
record ScalingIntent(ClusterRef cluster, Layout.Size size, Set<String> removeFirst, boolean fillsNewShards) {
    ScalingIntent {
        removeFirst = Set.copyOf(removeFirst);
    }
}
