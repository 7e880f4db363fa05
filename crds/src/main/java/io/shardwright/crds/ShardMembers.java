package io.shardwright.crds;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import java.util.List;

/** Which replicas a shard has. */
public record ShardMembers(
        @JsonPropertyDescription("Index of the shard.") Integer shard,

        @JsonPropertyDescription("Indexes of its replicas.") List<Integer> replicas) {}
