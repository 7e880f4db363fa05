package io.shardwright.crds;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.ValidationRule;
import io.fabric8.kubernetes.api.model.Quantity;

/** A persistent volume that each host gets. */
@ValidationRule(
        value = "quantity(string(self.size)).isGreaterThan(quantity('0'))",
        message = "storage.size must be greater than 0, e.g. 20Gi")
@ValidationRule(
        value = "quantity(string(self.size)).compareTo(quantity(string(oldSelf.size))) == 0",
        message = "storage.size is immutable: volumes are made from it when a host is created")
@ValidationRule(
        value = "has(self.storageClassName) == has(oldSelf.storageClassName) && (!has(self.storageClassName) ||"
                + " self.storageClassName == oldSelf.storageClassName)",
        message = "storage.storageClassName is immutable: volumes are made from it when a host is created")
public record StorageSpec(
        @JsonPropertyDescription("Size of the volume in bytes, as a Kubernetes quantity, e.g. 20Gi.") @Required
        Quantity size,

        @JsonPropertyDescription("StorageClass of the volume. Default: the Kubernetes cluster's default class.")
        String storageClassName) {}
