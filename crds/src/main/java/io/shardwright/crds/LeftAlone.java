package io.shardwright.crds;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;

/** A table, or partitions of one, that a rebalance does not move. */
public record LeftAlone(
        @JsonPropertyDescription("Database and name of the table.")
        String table,

        @JsonPropertyDescription("Why, in one word, e.g. Keyed or BeingWritten.")
        String reason,

        @JsonPropertyDescription("How many partitions of the table on how many bytes, or why in a sentence.")
        String message) {}
