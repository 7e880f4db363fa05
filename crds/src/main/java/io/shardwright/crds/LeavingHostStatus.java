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

        @JsonPropertyDescription(
                "Since when nobody sends to it and nothing keeps it from sending on what it has to, RFC 3339.")
        String quietSince,

        @JsonPropertyDescription("When that was last seen, RFC 3339, to within some seconds.")
        String quietSeen,

        @JsonPropertyDescription("What it waits for.") String message) {}
