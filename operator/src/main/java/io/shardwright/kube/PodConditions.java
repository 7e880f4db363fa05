package io.shardwright.kube;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import java.util.Optional;

/** What a pod's conditions say. */
public final class PodConditions {
    /** The readiness gate of servers' pods: True once the operator has seen that the server has all that it should. */
    public static final String IN_SERVICE = "clickhouse.shardwright.io/in-service";

    private PodConditions() {}

    /** Whether the pod is in the Services. */
    public static boolean isReady(Pod pod) {
        return isStaying(pod) && isTrue(pod, "Ready");
    }

    /** Whether its containers are ready, which they may be long before the pod is. */
    public static boolean isAnswering(Pod pod) {
        return isStaying(pod) && (isTrue(pod, "ContainersReady") || isTrue(pod, "Ready"));
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
