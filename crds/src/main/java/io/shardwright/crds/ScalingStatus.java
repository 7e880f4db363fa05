package io.shardwright.crds;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import java.util.List;

/** How far a change of the number of shards or replicas is. */
public record ScalingStatus(
        @JsonPropertyDescription("What is going on, in a few words.")
        String summary,

        @JsonPropertyDescription("What setting the numbers back would still undo.")
        String reversible,

        @JsonPropertyDescription("Hosts that leave.") List<LeavingHostStatus> leaving,

        @JsonPropertyDescription("Shards that leave.") List<LeavingShardStatus> leavingShards,

        @JsonPropertyDescription("Number of shards that the data was last spread over.")
        Integer balancedShards,

        @JsonPropertyDescription("The steps that cannot be taken back, newest first, at most 20.")
        List<HistoryLine> history,

        @JsonPropertyDescription("What is wanted but must wait, and why.")
        List<HoldStatus> holds) {}
