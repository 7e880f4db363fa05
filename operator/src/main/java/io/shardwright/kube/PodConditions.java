package io.shardwright.kube;

import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/** What a pod's conditions say. */
public final class PodConditions {
    /** The readiness gate of servers' pods: True once the operator has seen that the server has all that it should. */
    public static final String IN_SERVICE = "clickhouse.shardwright.io/in-service";

    /** A server with little to load answers by then; of others, and of later, the kubelet tells. */
    private static final Duration STARTS_WITHIN = Duration.ofSeconds(10);

    private PodConditions() {}

    /** Whether the pod is in the Services. */
    public static boolean isReady(Pod pod) {
        return isStaying(pod) && isTrue(pod, "Ready");
    }

    /** Whether its containers are ready, which they may be long before the pod is. */
    public static boolean isAnswering(Pod pod) {
        return isStaying(pod) && (isTrue(pod, "ContainersReady") || isTrue(pod, "Ready"));
    }

    /** Since when the container runs that was started last; empty while none does. */
    public static Optional<Instant> runningSince(Pod pod) {
        return pod.getStatus() == null
                ? Optional.empty()
                : pod.getStatus().getContainerStatuses().stream()
                        .map(ContainerStatus::getState)
                        .filter(state -> state != null && state.getRunning() != null)
                        .map(state -> state.getRunning().getStartedAt())
                        .filter(Objects::nonNull)
                        .map(Instant::parse)
                        .findFirst();
    }

    /** The address of a pod whose server may have come up since the kubelet looked. */
    public static Optional<String> justStarted(Pod pod, Instant now) {
        boolean mayAnswer = isStaying(pod)
                && !isAnswering(pod)
                && runningSince(pod)
                        .filter(since -> now.isBefore(since.plus(STARTS_WITHIN)))
                        .isPresent();
        return mayAnswer ? Optional.ofNullable(pod.getStatus().getPodIP()) : Optional.empty();
    }

    public static Optional<PodCondition> find(Pod pod, String type) {
        return pod.getStatus() == null
                ? Optional.empty()
                : pod.getStatus().getConditions().stream()
                        .filter(condition -> type.equals(condition.getType()))
                        .findFirst();
    }

    public static boolean isTrue(Pod pod, String type) {
        return find(pod, type)
                .filter(condition -> "True".equals(condition.getStatus()))
                .isPresent();
    }

    private static boolean isStaying(Pod pod) {
        return pod.getMetadata().getDeletionTimestamp() == null;
    }
}
