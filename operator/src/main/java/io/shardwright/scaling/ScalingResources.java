package io.shardwright.scaling;

import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.shardwright.crds.Rebalance;
import io.shardwright.crds.RebalanceSpec;
import io.shardwright.topology.ClusterIntent;
import io.shardwright.topology.Labels;
import io.shardwright.topology.Owners;
import java.util.List;
import java.util.SortedSet;

/** The Rebalances that scaling asks for. */
final class ScalingResources {
    private ScalingResources() {}

    static Rebalance rebalance(ClusterIntent cluster, String name, SortedSet<Integer> drain) {
        var rebalance = new Rebalance();
        rebalance.setMetadata(new ObjectMetaBuilder()
                .withName(name)
                .withNamespace(cluster.ref().namespace())
                .withLabels(Labels.of(cluster.ref()))
                .withOwnerReferences(Owners.of(cluster))
                .build());
        rebalance.setSpec(new RebalanceSpec(
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
                null));
        return rebalance;
    }
}
