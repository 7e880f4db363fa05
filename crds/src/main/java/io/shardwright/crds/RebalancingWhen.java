package io.shardwright.crds;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.ValidationRule;
import io.fabric8.kubernetes.api.model.Quantity;

/** When the operator begins a Rebalance by itself. */
@ValidationRule(
        value = "!has(self.untilPercent) || self.untilPercent < self.imbalancePercent",
        message =
                "untilPercent must be below imbalancePercent: a Rebalance begins above the one and ends below the other")
@ValidationRule(
        value = "!has(self.atLeast) || !quantity(string(self.atLeast)).isLessThan(quantity('0'))",
        message = "atLeast must not be negative, e.g. 1Gi")
public record RebalancingWhen(
        @JsonPropertyDescription(
                "A Rebalance begins when the fullest shard holds this much more than its fair share, in per cent of it,"
                        + " 2 to 1000; compared with status.balance.bytesPercent. Default: 20.")
        @Default("20")
        @Min(2)
        @Max(1000)
        Integer imbalancePercent,

        @JsonPropertyDescription(
                "The Rebalance ends when no shard is more than this above its fair share, in per cent, 1 to 100; it must be"
                        + " below imbalancePercent. Default: half of imbalancePercent, 100 at most.")
        @Min(1)
        @Max(100)
        Integer untilPercent,

        @JsonPropertyDescription(
                "How many bytes the fullest shard must hold above its fair share at least, e.g. 1Gi: less is not worth moving."
                        + " Default: 1Gi.")
        @Default("1Gi")
        Quantity atLeast,

        @JsonPropertyDescription(
                "How long it must have been so without a break, e.g. 30s, 10m or 2h: imports come and go."
                        + " Default: 10m.")
        @Default("10m")
        @Pattern("^[0-9]{1,6}(s|m|h|d)$")
        String lasting,

        @JsonPropertyDescription(
                "How long after a Rebalance that the operator began the next begins at the earliest, e.g. 1h. One that left"
                        + " the cluster as uneven as it was is followed after 24 times as long, or when it has become"
                        + " worse. Default: 1h.")
        @Default("1h")
        @Pattern("^[0-9]{1,6}(s|m|h|d)$")
        String pause) {}
