package io.shardwright.shard;

import io.fabric8.kubernetes.api.model.Pod;
import io.shardwright.kube.PodConditions;
import io.shardwright.kube.PodFailures;
import io.shardwright.shard.ShardObserved.PodState;
import java.util.Map;
import java.util.Objects;

/** Reads the state of a host's pod. */
final class PodStates {
    /** Annotation of the pod: the configuration that it was last told of. */
    static final String CONFIG_HASH = "clickhouse.shardwright.io/config-hash";

    private PodStates() {}

    static PodState of(Pod pod) {
        var status = pod.getStatus();
        return new PodState(
                PodConditions.isReady(pod),
                PodConditions.isAnswering(pod),
                Objects.requireNonNullElse(pod.getSpec().getNodeName(), ""),
                Objects.requireNonNullElse(status.getPodIP(), ""),
                Objects.requireNonNullElse(pod.getMetadata().getAnnotations(), Map.<String, String>of())
                        .getOrDefault(CONFIG_HASH, ""),
                PodFailures.of(pod));
    }
}
