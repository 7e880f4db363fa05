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

        @JsonPropertyDescription("Time left at the pace so far, e.g. 40s.")
        String left) {}
