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

        @JsonPropertyDescription("Number of servers that remote_servers lists, and that each server must know.")
        @Required
        @Min(1)
        Integer servers,

        @JsonPropertyDescription("Hash of the names of those servers.") @Required
        String serversHash,

        @JsonPropertyDescription("Hash of the configuration that the hosts share; it changes when that changes.")
        @Required
        String configHash,

        @JsonPropertyDescription(
                "Replicas to replace, written by users. Each gets a new, empty volume, and its data from the other"
                        + " replicas; one that holds what no other has is not replaced. Remove the entry when it is done;"
                        + " adding it again asks again.")
        @Size(max = 32)
        List<ReplaceRequest> replace) {}
