package io.shardwright.scaling;

import io.shardwright.crds.Rebalance;
import io.shardwright.crds.RebalanceSpec;
import io.shardwright.topology.ClusterIntent;
import io.shardwright.topology.OwnedRebalance;
import java.util.List;
import java.util.SortedSet;

/** The Rebalances that scaling asks for. */
final class ScalingResources {
    private ScalingResources() {}

    static Rebalance rebalance(ClusterIntent cluster, String name, SortedSet<Integer> drain) {
        var spec = new RebalanceSpec(
                cluster.ref().name(),
                null,
                null,
                drain.isEmpty() ? null : List.copyOf(drain),
                null,
                null,
                null,
                null,
                null,
                null,
                null);
        return OwnedRebalance.of(cluster, name, spec);
    }
}
