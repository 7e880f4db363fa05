package io.shardwright.crds;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;

/** Something that a host's peers have and that its server refuses to make. */
public record UnrestoredStatus(
        @JsonPropertyDescription("Name of the host.") String host,

        @JsonPropertyDescription("The database, database.table or function().")
        String object,

        @JsonPropertyDescription("What its server said last.")
        String message,

        @JsonPropertyDescription("When it was first tried, RFC 3339.")
        String since,

        @JsonPropertyDescription("When it was last tried, RFC 3339.")
        String tried) {}
