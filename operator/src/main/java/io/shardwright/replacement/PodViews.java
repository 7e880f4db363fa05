package io.shardwright.replacement;

import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.shardwright.kube.PodConditions;
import io.shardwright.replacement.ReplacementObserved.PodView;
import java.time.Instant;
import java.util.Comparator;
import java.util.Objects;
import java.util.stream.Stream;

/** Reads the state of a host's pod. */
final class PodViews {
    private PodViews() {}

    static PodView of(Pod pod) {
        return new PodView(
                pod.getMetadata().getUid(),
                Objects.requireNonNullElse(pod.getMetadata().getResourceVersion(), ""),
                PodConditions.isReady(pod),
                PodConditions.isAnswering(pod),
                container(pod),
                PodConditions.find(pod, PodConditions.IN_SERVICE)
                        .filter(gate -> "True".equals(gate.getStatus()))
                        .map(gate -> Objects.requireNonNullElse(gate.getMessage(), "")),
                Objects.requireNonNullElse(pod.getSpec().getNodeName(), ""),
                since(pod));
    }

    /** Another id, another run of the server: it may have found another volume. */
    private static String container(Pod pod) {
        return pod.getStatus() == null
                ? ""
                : pod.getStatus().getContainerStatuses().stream()
                        .map(ContainerStatus::getContainerID)
                        .filter(Objects::nonNull)
                        .findFirst()
                        .orElse("");
    }

    private static Instant since(Pod pod) {
        var conditions = pod.getStatus() == null
                ? Stream.<String>empty()
                : pod.getStatus().getConditions().stream()
                        .filter(condition -> "ContainersReady".equals(condition.getType()))
                        .map(PodCondition::getLastTransitionTime);
        return Stream.concat(conditions, Stream.of(pod.getMetadata().getCreationTimestamp()))
                .filter(Objects::nonNull)
                .map(Instant::parse)
                .max(Comparator.naturalOrder())
                .orElse(Instant.EPOCH);
    }
}
