package io.shardwright.topology;

import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.shardwright.crds.Rebalance;
import io.shardwright.crds.RebalanceSpec;

/** A Rebalance that the operator makes for a cluster, and that goes with it. */
public final class OwnedRebalance {
    private OwnedRebalance() {}

    public static Rebalance of(ClusterIntent cluster, String name, RebalanceSpec spec) {
        var rebalance = new Rebalance();
        rebalance.setMetadata(new ObjectMetaBuilder()
                .withName(name)
                .withNamespace(cluster.ref().namespace())
                .withLabels(Labels.of(cluster.ref()))
                .withOwnerReferences(Owners.of(cluster))
                .build());
        rebalance.setSpec(spec);
        return rebalance;
    }
}
