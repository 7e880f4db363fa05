package io.shardwright.scaling;

import io.shardwright.crds.ClickHouseCluster;
import io.shardwright.crds.RebalancingMode;
import io.shardwright.topology.ClusterIntent;
import java.util.Optional;
import java.util.Set;

/** Takes from a ClickHouseCluster what scaling needs. */
final class ScalingParser {
    private ScalingParser() {}

    static ScalingIntent parse(ClickHouseCluster resource, ClusterIntent cluster) {
        var spec = resource.getSpec();
        var removeFirst = Optional.ofNullable(spec.scaling())
                .flatMap(scaling -> Optional.ofNullable(scaling.removeFirst()))
                .map(Set::copyOf)
                .orElse(Set.of());
        boolean isManual = spec.rebalancing() != null && spec.rebalancing().mode() == RebalancingMode.Manual;
        return new ScalingIntent(cluster.ref(), cluster.size(), removeFirst, !isManual);
    }
}
