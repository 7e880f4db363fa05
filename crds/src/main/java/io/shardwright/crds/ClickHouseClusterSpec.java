package io.shardwright.crds;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.List;

/** What a user asks of a cluster. */
@ValidationRule(
        value = "!has(self.users) || self.users.all(u, !(u.name in ['default', 'shardwright', 'internal']))",
        message = "users: the names default, shardwright and internal are the operator's own; choose another name")
@ValidationRule(
        value = "has(oldSelf.coordination) == has(self.coordination)",
        message =
                "coordination cannot be added or removed once the cluster exists: the replicas' metadata stands in the"
                        + " ensemble they were created with; create a new cluster and import the data")
@ValidationRule(
        value = "has(oldSelf.storage) == has(self.storage)",
        message = "storage cannot be added or removed once the cluster exists: volumes are made from it when a host is"
                + " created; create a new cluster and import the data")
public record ClickHouseClusterSpec(
        @JsonPropertyDescription(
                "Version of ClickHouse that the image holds, e.g. 18.16.1 or 26.3. It decides which SQL and"
                        + " configuration the operator uses, and the image's tag unless image is set. Default: 26.3.")
        @Default("26.3")
        @Pattern("^[0-9]+\\.[0-9]+(\\.[0-9]+)*$")
        String version,

        @JsonPropertyDescription("Image of the ClickHouse servers, laid out like the official one (paths, uid 101,"
                + " entrypoint). Default: clickhouse/clickhouse-server:<version>.")
        String image,

        @JsonPropertyDescription("Number of shards, 1 to 1000. Rows are spread over shards. Default: 1.")
        @Default("1")
        @Min(1)
        @Max(1000)
        Integer shards,

        @JsonPropertyDescription("Number of replicas of each shard, 1 to 16. Every replica holds all rows of its shard."
                + " Default: 1.")
        @Default("1")
        @Min(1)
        @Max(16)
        Integer replicas,

        @JsonPropertyDescription("ZooKeeper (or ClickHouse Keeper) through which replicas agree. Default: one managed"
                + " ZooKeeper server.")
        CoordinationSpec coordination,

        @JsonPropertyDescription("The data volume of each host. Default: 10Gi of the default storage class.")
        StorageSpec storage,

        @JsonPropertyDescription("Users besides the operator's own. Each gets a generated password in the Secret"
                + " <cluster>-user-<name>.")
        List<UserSpec> users,

        @JsonPropertyDescription(
                "Additions to the pods of the servers: labels, annotations, and a pod spec whose container"
                        + " named clickhouse is merged over the operator's own.")
        PodTemplate template,

        @JsonPropertyDescription("When a lost replica is replaced. Default: after 10 minutes, and not on a drain.")
        ReplacementSpec replacement,

        @JsonPropertyDescription("How replicas go when fewer are asked for.")
        ScalingSpec scaling,

        @JsonPropertyDescription("When data is moved between shards.")
        RebalancingSpec rebalancing,

        @JsonPropertyDescription(
                "Retain keeps the volumes when the cluster is deleted, and those of hosts that left it; Delete removes"
                        + " them. Default: Retain.")
        @Default("Retain")
        DeletionPolicy deletionPolicy) {}
