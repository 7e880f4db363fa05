package io.shardwright.shard;

import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.shardwright.shard.ShardObserved.PodState;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** Reads the state of a host's pod. */
final class PodStates {
    /** Annotation of the pod: the configuration that it was last told of. */
    static final String CONFIG_HASH = "clickhouse.shardwright.io/config-hash";

    /** Reasons for which a container always waits at first. */
    private static final List<String> STARTING = List.of("ContainerCreating", "PodInitializing");

    private static final int LAST_WORDS = 600;

    private PodStates() {}

    static PodState of(Pod pod) {
        var status = pod.getStatus();
        boolean ready = pod.getMetadata().getDeletionTimestamp() == null
                && status.getConditions().stream()
                        .anyMatch(condition ->
                                "Ready".equals(condition.getType()) && "True".equals(condition.getStatus()));
        return new PodState(
                ready,
                Objects.requireNonNullElse(pod.getSpec().getNodeName(), ""),
                Objects.requireNonNullElse(status.getPodIP(), ""),
                Objects.requireNonNullElse(pod.getMetadata().getAnnotations(), Map.<String, String>of())
                        .getOrDefault(CONFIG_HASH, ""),
                status.getContainerStatuses().stream()
                        .flatMap(container -> lastWords(container).stream())
                        .findFirst());
    }

    private static Optional<String> lastWords(ContainerStatus container) {
        var waiting = Optional.ofNullable(container.getState())
                .map(ContainerState::getWaiting)
                .filter(state -> !STARTING.contains(state.getReason()));
        return waiting.map(state -> "its container waits: " + state.getReason()
                + saidBefore(container)
                        .or(() -> Optional.ofNullable(state.getMessage()))
                        .map(words -> ": " + tail(words))
                        .orElse(""));
    }

    private static Optional<String> saidBefore(ContainerStatus container) {
        return Optional.ofNullable(container.getLastState())
                .map(ContainerState::getTerminated)
                .map(ended -> "exit code " + ended.getExitCode()
                        + Optional.ofNullable(ended.getMessage())
                                .map(words -> ", last words: " + words)
                                .orElse(""));
    }

    /** The end tells why; the beginning is banners. */
    private static String tail(String words) {
        var trimmed = words.strip();
        return trimmed.length() <= LAST_WORDS ? trimmed : "…" + trimmed.substring(trimmed.length() - LAST_WORDS);
    }
}
