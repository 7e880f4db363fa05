package io.shardwright.crds;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import java.util.List;

/** Which replicas of a shard serve, and how far those are that do not. */
public record ReplacementStatus(
        @JsonPropertyDescription("Each host of the shard.") List<ReplacementHostStatus> hosts,

        @JsonPropertyDescription("What has become of each entry of spec.replace.")
        List<ReplaceRequestStatus> requests,

        @JsonPropertyDescription("What cannot be undone and was done, the last of it; newest last.")
        List<HistoryLine> history,

        @JsonPropertyDescription("What hosts lack that their peers have, and that their servers refuse to make.")
        List<UnrestoredStatus> unrestored,

        @JsonPropertyDescription("What is wanted but must wait, and why.")
        List<HoldStatus> holds) {}
