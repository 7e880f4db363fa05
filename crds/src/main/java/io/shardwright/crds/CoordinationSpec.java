package io.shardwright.crds;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.List;

/** Where the cluster's replicas agree: an ensemble that the operator runs, or one that exists. */
@ValidationRule(
        value = "has(self.managed) != (has(self.endpoints) && size(self.endpoints) > 0)",
        message = "coordination: set either managed or endpoints, and not both")
@ValidationRule(
        value = "has(self.managed) == has(oldSelf.managed)",
        message =
                "coordination cannot change between managed and endpoints: the replicas' metadata stands in the ensemble"
                        + " they were created with; create a new cluster and import the data")
@ValidationRule(
        value = "has(self.root) == has(oldSelf.root) && (!has(self.root) || self.root == oldSelf.root)",
        message = "coordination.root is immutable: the replicas' metadata stands below it")
public record CoordinationSpec(
        @JsonPropertyDescription("Run a ZooKeeper ensemble for this cluster.")
        ManagedCoordinationSpec managed,

        @JsonPropertyDescription(
                "host:port of each member of an ensemble that exists; a host without a dot is a Service in the same namespace. No server starts before one of them"
                        + " answers.")
        List<String> endpoints,

        @JsonPropertyDescription(
                "The znode below which this cluster keeps everything. Clusters that share an ensemble need different ones:"
                        + " with the same they would take each other's tables for their own. Default:"
                        + " /clickhouse/<namespace>/<name>.")
        @Pattern("^(/[A-Za-z0-9_.-]+)+$")
        String root) {}
