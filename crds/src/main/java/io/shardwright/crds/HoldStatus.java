package io.shardwright.crds;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;

/** Something that is wanted but must wait. */
public record HoldStatus(
        @JsonPropertyDescription("Why it waits, in one word, e.g. CoordinationUnreachable.")
        String reason,

        @JsonPropertyDescription("What waits: a host, a table, a file.")
        String subject,

        @JsonPropertyDescription("What it waits for, and what to do about it.")
        String message,

        @JsonPropertyDescription("Since when it waits, RFC 3339.")
        String since) {}
