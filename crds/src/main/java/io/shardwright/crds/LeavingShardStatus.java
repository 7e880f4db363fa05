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

        @JsonPropertyDescription("Since when no server brings rows to it, RFC 3339.")
        String quietSince,

        @JsonPropertyDescription("When that was last seen, RFC 3339, to within some seconds.")
        String quietSeen,

        @JsonPropertyDescription("What it waits for.") String message) {}
