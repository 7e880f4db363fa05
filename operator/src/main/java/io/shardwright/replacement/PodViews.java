package io.shardwright.replacement;

import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.shardwright.kube.PodConditions;
import io.shardwright.replacement.ReplacementObserved.PodView;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/** Reads the state of a host's pod. */
final class PodViews {
    private PodViews() {}

    /** @param cluster all servers' pods */
    static PodView of(Pod pod, Collection<Pod> cluster, Instant now) {
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
                since(pod),
                PodConditions.justStarted(pod, now),
                Crashes.of(pod, cluster, now),
                overdue(pod, now));
    }

    /** Its node is to end it, and does not say that it has. */
    private static Optional<Instant> overdue(Pod pod, Instant now) {
        return Optional.ofNullable(pod.getMetadata().getDeletionTimestamp())
                .map(Instant::parse)
                .filter(due -> pod.getSpec().getNodeName() != null && due.isBefore(now));
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

    /** What runs anew, and is not ready yet, is as it is since then. */
    private static Instant since(Pod pod) {
        var conditions = pod.getStatus() == null
                ? Stream.<String>empty()
                : pod.getStatus().getConditions().stream()
                        .filter(condition -> "ContainersReady".equals(condition.getType()))
                        .map(PodCondition::getLastTransitionTime);
        var times = Stream.concat(conditions, Stream.of(pod.getMetadata().getCreationTimestamp()))
                .filter(Objects::nonNull)
                .map(Instant::parse);
        return Stream.concat(times, PodConditions.runningSince(pod).stream())
                .max(Comparator.naturalOrder())
                .orElse(Instant.EPOCH);
    }
}
