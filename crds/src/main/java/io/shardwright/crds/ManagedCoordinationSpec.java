package io.shardwright.crds;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.ValidationRule;

/** A ZooKeeper ensemble that the operator runs beside the cluster. */
@ValidationRule(
        value = "self.replicas in [1, 3, 5]",
        message =
                "coordination.managed.replicas must be 1, 3 or 5: an even number survives no more failures than the odd one"
                        + " below it")
@ValidationRule(
        value = "self.replicas == oldSelf.replicas",
        message =
                "coordination.managed.replicas is immutable: a ZooKeeper ensemble that grows this way can lose what it"
                        + " holds; create a new cluster and import the data")
public record ManagedCoordinationSpec(
        @JsonPropertyDescription("Number of ZooKeeper servers: 1, 3 or 5. Default: 1.") @Default("1")
        Integer replicas,

        @JsonPropertyDescription(
                "Image of the ZooKeeper servers, laid out like the official one. Default: zookeeper:3.8.")
        @Default("zookeeper:3.8")
        String image,

        @JsonPropertyDescription("The volume of each ZooKeeper server. Default: 1Gi of the default storage class.")
        StorageSpec storage) {}
