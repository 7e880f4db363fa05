package io.shardwright.balance;

import io.fabric8.kubernetes.api.model.Quantity;
import io.shardwright.balance.BalanceIntent.When;
import io.shardwright.crds.ClickHouseCluster;
import io.shardwright.crds.RebalancingMode;
import io.shardwright.crds.RebalancingSpec;
import io.shardwright.crds.RebalancingWhen;
import io.shardwright.plan.Amounts;
import io.shardwright.topology.ClusterRef;
import java.util.Objects;
import java.util.Optional;

/** Takes from a ClickHouseCluster what concerns its balance. */
final class BalanceParser {
    private static final int ABOVE = 20;
    private static final int MOST_UNTIL = 100;
    private static final Quantity AT_LEAST = new Quantity("1Gi");

    private BalanceParser() {}

    static BalanceIntent parse(ClickHouseCluster resource, ClusterRef cluster) {
        return new BalanceIntent(
                cluster,
                Optional.ofNullable(resource.getSpec().rebalancing())
                        .filter(rebalancing -> rebalancing.mode() != RebalancingMode.Manual)
                        .map(RebalancingSpec::when)
                        .map(BalanceParser::when));
    }

    private static When when(RebalancingWhen spec) {
        int above = Objects.requireNonNullElse(spec.imbalancePercent(), ABOVE);
        return new When(
                above,
                Objects.requireNonNullElse(spec.untilPercent(), Math.min(above / 2, MOST_UNTIL)),
                Quantity.getAmountInBytes(Objects.requireNonNullElse(spec.atLeast(), AT_LEAST))
                        .longValue(),
                Amounts.parseDuration(Objects.requireNonNullElse(spec.lasting(), "10m")),
                Amounts.parseDuration(Objects.requireNonNullElse(spec.pause(), "1h")));
    }
}
