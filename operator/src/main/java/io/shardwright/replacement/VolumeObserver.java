package io.shardwright.replacement;

import io.fabric8.kubernetes.api.model.NodeCondition;
import io.fabric8.kubernetes.api.model.NodeSelectorRequirement;
import io.fabric8.kubernetes.api.model.PersistentVolume;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.shardwright.replacement.ReplacementObserved.Node;
import io.shardwright.replacement.ReplacementObserved.Volume;
import io.shardwright.topology.Host;
import io.shardwright.topology.VolumeClaims;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Looks at a host's volume and the node that it cannot leave. Asked of the API server itself, and only for hosts that are in
 * trouble: nodes and volumes change all the time, and are many.
 */
final class VolumeObserver {
    private static final List<String> NAMES_OF_NODES = List.of("kubernetes.io/hostname", "metadata.name");

    private final KubernetesClient client;

    VolumeObserver(KubernetesClient client) {
        this.client = client;
    }

    Volume look(Host host) {
        try {
            var claim = client.persistentVolumeClaims()
                    .inNamespace(host.cluster().namespace())
                    .withName(VolumeClaims.nameOf(host))
                    .get();
            return claim == null ? new Volume.None() : claimed(claim);
        } catch (KubernetesClientException e) {
            return new Volume.Unknown(String.valueOf(e.getMessage()));
        }
    }

    private Volume claimed(PersistentVolumeClaim claim) {
        boolean isLost =
                claim.getStatus() != null && "Lost".equals(claim.getStatus().getPhase());
        var volume = Optional.ofNullable(claim.getSpec().getVolumeName())
                .filter(name -> !isLost && !name.isEmpty())
                .map(name -> client.persistentVolumes().withName(name).get());
        return new Volume.Claimed(
                claim.getMetadata().getUid(),
                claim.getMetadata().getDeletionTimestamp() != null,
                isLost,
                volume.flatMap(VolumeObserver::nodeOf).map(this::node));
    }

    /** The one node that the volume is bound to, if it is to one. */
    private static Optional<String> nodeOf(PersistentVolume volume) {
        var affinity = volume.getSpec().getNodeAffinity();
        if (affinity == null || affinity.getRequired() == null) {
            return Optional.empty();
        }
        var names = affinity.getRequired().getNodeSelectorTerms().stream()
                .flatMap(term -> Stream.concat(
                        Stream.ofNullable(term.getMatchExpressions()).flatMap(List::stream),
                        Stream.ofNullable(term.getMatchFields()).flatMap(List::stream)))
                .filter(requirement ->
                        NAMES_OF_NODES.contains(requirement.getKey()) && "In".equals(requirement.getOperator()))
                .map(NodeSelectorRequirement::getValues)
                .flatMap(List::stream)
                .distinct()
                .toList();
        return names.size() == 1 ? Optional.of(names.getFirst()) : Optional.empty();
    }

    private Node node(String name) {
        var node = client.nodes().withName(name).get();
        if (node == null) {
            return new Node(name, Optional.empty(), true, false);
        }
        var ready = node.getStatus().getConditions().stream()
                .filter(condition -> "Ready".equals(condition.getType()))
                .findFirst();
        return new Node(
                name,
                ready.filter(condition -> !"True".equals(condition.getStatus()))
                        .map(NodeCondition::getLastTransitionTime)
                        .filter(Objects::nonNull)
                        .map(Instant::parse),
                false,
                Boolean.TRUE.equals(node.getSpec().getUnschedulable()));
    }
}
