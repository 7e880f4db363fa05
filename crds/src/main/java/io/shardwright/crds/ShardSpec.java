package io.shardwright.crds;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.ValidationRule;

/** What the cluster asks of a shard; everything else is read from the ClickHouseCluster itself. */
@ValidationRule(
        value = "self.cluster == oldSelf.cluster",
        message = "cluster is immutable: a shard holds the rows of the cluster it was created for")
@ValidationRule(
        value = "self.index == oldSelf.index",
        message = "index is immutable: the shard's hosts, volumes and znodes are named after it")
public record ShardSpec(
        @JsonPropertyDescription("The ClickHouseCluster, in the same namespace, that this shard belongs to. Immutable.")
        @Required
        String cluster,

        @JsonPropertyDescription("Position among the cluster's shards, from 0. Immutable.") @Required @Min(0)
        Integer index,

        @JsonPropertyDescription(
                "Number of replicas, 1 to 16; the cluster's reconciler keeps it equal to the cluster's.")
        @Required
        @Min(1)
        @Max(16)
        Integer replicas,

        @JsonPropertyDescription("Number of shards that the cluster has, and that each of its servers must know.")
        @Required
        @Min(1)
        @Max(1000)
        Integer clusterShards,

        @JsonPropertyDescription("Hash of the configuration that the hosts share; it changes when that changes.")
        @Required
        String configHash) {}
