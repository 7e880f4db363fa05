package io.shardwright.crds;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.List;

/** What the cluster asks of a shard; everything else is read from the ClickHouseCluster itself. */
@ValidationRule(
        value = "self.cluster == oldSelf.cluster",
        message = "cluster is immutable: a shard holds the rows of the cluster it was created for")
@ValidationRule(
        value = "self.index == oldSelf.index",
        message = "index is immutable: the shard's hosts, volumes and znodes are named after it")
@ValidationRule(
        value = "self.members.all(m, self.members.exists_one(n, n == m))",
        message = "members: name each replica once")
public record ShardSpec(
        @JsonPropertyDescription("The ClickHouseCluster, in the same namespace, that this shard belongs to. Immutable.")
        @Required
        String cluster,

        @JsonPropertyDescription("Position among the cluster's shards, from 0. Immutable.") @Required @Min(0)
        Integer index,

        @JsonPropertyDescription("Indexes of its replicas, 1 to 32 of them, ascending. They need not be contiguous: any"
                + " replica may go. The cluster's reconciler adds and removes them.")
        @Required
        @Size(min = 1, max = 32)
        List<@Min(0) @Max(999) Integer> members,

        @JsonPropertyDescription("Number of shards that the cluster has, and that each of its servers must know.")
        @Required
        @Min(1)
        @Max(1000)
        Integer clusterShards,

        @JsonPropertyDescription("Hash of the configuration that the hosts share; it changes when that changes.")
        @Required
        String configHash) {}
