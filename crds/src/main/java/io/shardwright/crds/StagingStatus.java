package io.shardwright.crds;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;

/** The staging table of one shard. */
public record StagingStatus(
        @JsonPropertyDescription("Index of the shard.") Integer shard,

        @JsonPropertyDescription("Host, one of the shard's replicas, that holds the staging table.")
        String host,

        @JsonPropertyDescription("Rows that the worker wrote for this shard; known when it has ended.")
        Long rows) {}
