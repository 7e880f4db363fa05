package io.shardwright.crds;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Required;

/** How much a shard should hold. */
public record ShardWeight(
        @JsonPropertyDescription("Index of the shard, from 0.") @Required @Min(0)
        Integer shard,

        @JsonPropertyDescription(
                "Its share, 1 to 1000, compared with the other shards' weights, which are 100 unless" + " given.")
        @Required
        @Min(1)
        @Max(1000)
        Integer weight) {}
