package io.shardwright.crds;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;

/** A Rebalance that the operator began because the shards were uneven. */
public record BalancingStatus(
        @JsonPropertyDescription("Name of the Rebalance.") String rebalance,

        @JsonPropertyDescription("When it was created, RFC 3339.")
        String startTime,

        @JsonPropertyDescription("bytesPercent at that time.")
        Integer percentBefore,

        @JsonPropertyDescription("When it was seen to be over, or to be gone, RFC 3339.")
        String completionTime,

        @JsonPropertyDescription("bytesPercent after it.") Integer percentAfter) {}
