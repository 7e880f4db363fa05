package io.shardwright.crds;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;

/** A table on one host. */
public record TableHostStatus(
        @JsonPropertyDescription("Name of the host.") String name,

        @JsonPropertyDescription("Present, Missing, Different, or Unknown when the host does not answer.")
        String state,

        @JsonPropertyDescription("Rows in its active parts.")
        Long rows,

        @JsonPropertyDescription("What differs, or why it is not known.")
        String message) {}
