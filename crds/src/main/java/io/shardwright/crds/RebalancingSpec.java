package io.shardwright.crds;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;

/** When data is moved between shards. */
public record RebalancingSpec(
        @JsonPropertyDescription(
                "Automatic: a Rebalance is created when shards were added. Manual: create one yourself."
                        + " A shard that is to go is emptied in both. Default: Automatic.")
        @Default("Automatic")
        RebalancingMode mode) {}
