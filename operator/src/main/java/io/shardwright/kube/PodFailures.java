package io.shardwright.kube;

import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.List;
import java.util.Optional;

/** Why a pod's containers do not run. */
public final class PodFailures {
    /** Reasons for which a container always waits at first. */
    private static final List<String> STARTING = List.of("ContainerCreating", "PodInitializing");

    private static final int LAST_WORDS = 600;

    private PodFailures() {}

    /** The reason for which a container waits, and what it said last; empty while all run or start. */
    public static Optional<String> of(Pod pod) {
        return pod.getStatus().getContainerStatuses().stream()
                .flatMap(container -> lastWords(container).stream())
                .findFirst();
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
                .map(ended -> said(ended, ended.getMessage()));
    }

    /** With what code it ended, and the last of what it said. */
    public static String words(ContainerStateTerminated ended) {
        return said(ended, ended.getMessage() == null ? null : tail(ended.getMessage()));
    }

    private static String said(ContainerStateTerminated ended, String message) {
        return "exit code " + ended.getExitCode()
                + Optional.ofNullable(message)
                        .map(words -> ", last words: " + words)
                        .orElse("");
    }

    /** The end tells why; the beginning is banners. */
    private static String tail(String words) {
        var trimmed = words.strip();
        return trimmed.length() <= LAST_WORDS ? trimmed : "…" + trimmed.substring(trimmed.length() - LAST_WORDS);
    }
}
