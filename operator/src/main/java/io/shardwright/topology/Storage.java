package io.shardwright.topology;

import io.fabric8.kubernetes.api.model.Quantity;
import java.util.Optional;

/**
 * A volume to claim.
 *
 * @param size as the user wrote it
 * @param storageClass empty for the Kubernetes cluster's default class
 */
public record Storage(Quantity size, Optional<String> storageClass) {}
