package io.shardwright.crds;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;

/** A shard that leaves its cluster. */
public record LeavingShardStatus(
        @JsonPropertyDescription("Index of the shard.") Integer shard,

        @JsonPropertyDescription(
                "Draining, Emptied or Dropping. Until Dropping, setting spec.shards back keeps the shard.")
        LeavingShardPhase phase,

        @JsonPropertyDescription(
                "Rows that it still holds, on the fullest replica; missing while not every replica answers.")
        Long rows,

        @JsonPropertyDescription("Bytes that it still holds, on the fullest replica.")
        Long bytes,

        @JsonPropertyDescription("Since when it is in this phase.")
        String since,

        @JsonPropertyDescription("What it waits for.") String message) {}
