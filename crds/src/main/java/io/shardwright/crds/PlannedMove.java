package io.shardwright.crds;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;

/** A move that is still to be made. */
public record PlannedMove(
        @JsonPropertyDescription("Database and name of the table.")
        String table,

        @JsonPropertyDescription("Id of the partition, as system.parts has it.")
        String partition,

        @JsonPropertyDescription("Index of the shard that it leaves.")
        Integer from,

        @JsonPropertyDescription("Index of the shard that it goes to.")
        Integer to,

        @JsonPropertyDescription("Bytes on disk of the partition, of one replica.")
        Long bytes,

        @JsonPropertyDescription("Rows of the partition.") Long rows) {}
