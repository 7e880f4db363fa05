package io.shardwright.crds;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import io.fabric8.kubernetes.api.model.Quantity;
import java.util.List;

/** What a user asks of a rebalance. */
@ValidationRule(
        value = "self.cluster == oldSelf.cluster",
        message = "cluster is immutable: create another Rebalance for another cluster")
@ValidationRule(
        value = "!has(self.bandwidth) || quantity(string(self.bandwidth)).isGreaterThan(quantity('0'))",
        message = "bandwidth must be greater than 0, e.g. 50Mi; to stop moving, set paused: true")
@ValidationRule(
        value = "!has(self.drain) || self.drain.all(shard, shard >= 0 && self.drain.exists_one(other, other == shard))",
        message = "drain lists indexes of shards, from 0, each once")
@ValidationRule(
        value = "!has(self.weights) || self.weights.all(one, self.weights.exists_one(other, other.shard == one.shard))",
        message = "weights: a shard appears twice; give each shard one weight")
public record RebalanceSpec(
        @JsonPropertyDescription("The ClickHouseCluster, in the same namespace, whose partitions are moved. Immutable.")
        @Required
        @Size(min = 1, max = 40)
        String cluster,

        @JsonPropertyDescription("Lists the moves in status.plan and makes none. Default: false.") @Default("false")
        Boolean dryRun,

        @JsonPropertyDescription(
                "Begins no other move; those that were begun are ended or given up, so that nothing stays half"
                        + " moved. Default: false.")
        @Default("false")
        Boolean paused,

        @JsonPropertyDescription("Indexes of shards that are to hold nothing in the end. Default: none.")
        @Size(max = 1000)
        List<Integer> drain,

        @JsonPropertyDescription(
                "How full a shard may be above its fair share, in per cent, 1 to 100: the fewest bytes are moved that"
                        + " bring every shard below it. Default: 10.")
        @Default("10")
        @Min(1)
        @Max(100)
        Integer imbalancePercent,

        @JsonPropertyDescription("How much each shard should hold compared with the others. Default: all the same.")
        @Size(max = 1000)
        List<ShardWeight> weights,

        @JsonPropertyDescription("Which tables are moved. Default: every replicated table.")
        RebalanceTables tables,

        @JsonPropertyDescription(
                "Bytes per second that are copied at most, on average, over all moves, e.g. 50Mi. Default: no limit.")
        Quantity bandwidth,

        @JsonPropertyDescription("Moves at a time, 1 to 16; one per table and partition. Default: 1.")
        @Default("1")
        @Min(1)
        @Max(16)
        Integer concurrency,

        @JsonPropertyDescription("Time of day during which moves are begun. Default: always.")
        TimeWindow window,

        @JsonPropertyDescription(
                "What readers of a Distributed table see when a partition changes shards. Overlap: it is there twice for"
                        + " some milliseconds. Exact: always once; every partition takes some seconds more, in which each"
                        + " of its two shards is read from half of its replicas, and both must have two in service."
                        + " Default: Overlap.")
        @Default("Overlap")
        Reads reads) {}
