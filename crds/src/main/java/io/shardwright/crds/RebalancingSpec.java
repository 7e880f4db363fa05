package io.shardwright.crds;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.ValidationRule;

/** When data is moved between shards. */
@ValidationRule(
        value = "!has(self.when) || !has(self.mode) || self.mode != 'Manual'",
        message = "rebalancing.when has the operator begin Rebalances: set mode: Automatic, or remove when")
public record RebalancingSpec(
        @JsonPropertyDescription(
                "Automatic: a Rebalance is created when shards were added. Manual: create one yourself."
                        + " A shard that is to go is emptied in both. Default: Automatic.")
        @Default("Automatic")
        RebalancingMode mode,

        @JsonPropertyDescription("How uneven the shards must become for the operator to begin a Rebalance by itself."
                + " Default: it begins none, however uneven they are.")
        RebalancingWhen when) {}
