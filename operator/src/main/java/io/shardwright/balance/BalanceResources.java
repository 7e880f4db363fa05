package io.shardwright.balance;

import io.shardwright.crds.Rebalance;
import io.shardwright.crds.RebalanceSpec;
import io.shardwright.topology.ClusterIntent;
import io.shardwright.topology.OwnedRebalance;

/** The Rebalances that begin because shards are uneven. */
final class BalanceResources {
    private BalanceResources() {}

    static Rebalance rebalance(ClusterIntent cluster, String name, Integer untilPercent) {
        var spec = new RebalanceSpec(
                cluster.ref().name(), null, null, null, untilPercent, null, null, null, null, null, null);
        return OwnedRebalance.of(cluster, name, spec);
    }
}
