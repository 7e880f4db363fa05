package io.shardwright.crds;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;

/** The Distributed table that reads the local tables of all shards. */
public record DistributedSpec(
        @JsonPropertyDescription("Name of the Distributed table, in the same database.")
        @Required
        @Pattern("^[A-Za-z_][A-Za-z0-9_]{0,127}$")
        String name,

        @JsonPropertyDescription("SQL expression of an integer that says which shard a row belongs to, e.g."
                + " cityHash64(user_id). Default: rand().")
        @Size(min = 1, max = 1024)
        String shardingKey) {}
