package io.shardwright.balance;

import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.shardwright.crds.Rebalance;
import io.shardwright.crds.RebalanceSpec;
import io.shardwright.topology.ClusterIntent;
import io.shardwright.topology.Labels;
import io.shardwright.topology.Owners;

/** The Rebalances that begin because shards are uneven. */
final class BalanceResources {
    private BalanceResources() {}

    static Rebalance rebalance(ClusterIntent cluster, String name, Integer untilPercent) {
        var rebalance = new Rebalance();
        rebalance.setMetadata(new ObjectMetaBuilder()
                .withName(name)
                .withNamespace(cluster.ref().namespace())
                .withLabels(Labels.of(cluster.ref()))
                .withOwnerReferences(Owners.of(cluster))
                .build());
        rebalance.setSpec(new RebalanceSpec(
                cluster.ref().name(), null, null, null, untilPercent, null, null, null, null, null, null));
        return rebalance;
    }
}
