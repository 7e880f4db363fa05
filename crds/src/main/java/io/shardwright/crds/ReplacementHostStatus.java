package io.shardwright.crds;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;

/** How far a host is on its way into the Services. */
public record ReplacementHostStatus(
        @JsonPropertyDescription("Name of the host.") String name,

        @JsonPropertyDescription(
                "InService, Starting, Lost, Replacing, RestoringSchema, CatchingUp or Unknown. Only hosts InService are in"
                        + " the Services.")
        ReplacementPhase phase,

        @JsonPropertyDescription("Why, in one word.") String reason,

        @JsonPropertyDescription("What it waits for.") String message,

        @JsonPropertyDescription("Since when it is in this phase for this reason, RFC 3339.")
        String since,

        @JsonPropertyDescription("Bytes of replicated tables that it has, while it catches up.")
        Long bytes,

        @JsonPropertyDescription("Bytes of replicated tables that it will have.")
        Long totalBytes,

        @JsonPropertyDescription("The one in percent of the other.")
        Integer percent,

        @JsonPropertyDescription("Time left at the pace so far, or as the limit allows, e.g. 40s.")
        String left,

        @JsonPropertyDescription(
                "Since when nobody sends to it, though its volume stands, and nothing keeps it from sending on what it has"
                        + " to, RFC 3339: for 40s before it is given up.")
        String quietSince,

        @JsonPropertyDescription("When that was last seen, RFC 3339, to within some seconds.")
        String quietSeen,

        @JsonPropertyDescription(
                "How fast it may fetch while it is made anew. As long as this stands here, its replication queues may be"
                        + " stopped; they are started before it serves.")
        FetchLimitStatus limit) {}
