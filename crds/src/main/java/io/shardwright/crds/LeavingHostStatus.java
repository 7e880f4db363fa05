package io.shardwright.crds;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;

/** A host that leaves its cluster. */
public record LeavingHostStatus(
        @JsonPropertyDescription("Name of the host.") String name,

        @JsonPropertyDescription("Index of its shard.") Integer shard,

        @JsonPropertyDescription("Index of its replica.") Integer replica,

        @JsonPropertyDescription(
                "Draining, Fenced, Dropping, Released or Abandoned. Until Dropping, setting spec.replicas or"
                        + " spec.shards back keeps the host.")
        LeavingPhase phase,

        @JsonPropertyDescription("Since when it is in this phase.")
        String since,

        @JsonPropertyDescription("What it waits for.") String message) {}
