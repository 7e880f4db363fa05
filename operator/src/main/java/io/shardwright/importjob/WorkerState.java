package io.shardwright.importjob;

import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.shardwright.crds.ImportFailure;
import io.shardwright.importjob.ImportObserved.Worker;
import io.shardwright.importspec.ImportJson;
import io.shardwright.importspec.WorkerReport;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/** Reads what a Job and its pods say of the worker. */
final class WorkerState {
    private static final int LONGEST = 1_000;

    private WorkerState() {}

    /** @param pods of the import, in any order; they may outlive the Job */
    static Worker of(Optional<Job> job, List<Pod> pods) {
        var alive = pods.stream()
                .filter(pod -> !isInPhase(pod, "Succeeded") && !isInPhase(pod, "Failed"))
                .map(pod -> pod.getMetadata().getName())
                .sorted()
                .toList();
        if (job.isEmpty() && alive.isEmpty()) {
            return new Worker.Absent();
        }
        return job.filter(one -> !one.isMarkedForDeletion())
                .map(one -> of(one, pods))
                .orElseGet(() -> new Worker.Ending(alive));
    }

    private static Worker of(Job job, List<Pod> pods) {
        if (isTrue(job, "Failed") || isTrue(job, "FailureTarget")) {
            return new Worker.Failed(failure(job, pods));
        }
        if (!isTrue(job, "Complete") && !isTrue(job, "SuccessCriteriaMet")) {
            return new Worker.Running(Optional.empty(), trouble(pods));
        }
        var report = pods.stream()
                .filter(pod -> isInPhase(pod, "Succeeded"))
                .flatMap(pod -> report(pod).stream())
                .filter(done -> done.failure() == null && done.shardRows() != null)
                .findFirst();
        if (report.isPresent()) {
            return new Worker.Done(report.get());
        }
        // The pod's end may be heard of later than the Job's.
        boolean mayStillCome = pods.stream().anyMatch(pod -> isInPhase(pod, "Running") || isInPhase(pod, "Pending"));
        return mayStillCome ? new Worker.Running(Optional.empty(), Optional.empty()) : new Worker.ReportLost();
    }

    /** Address of the pod that is at work. */
    static Optional<String> addressOf(List<Pod> pods) {
        return pods.stream()
                .filter(pod -> isInPhase(pod, "Running")
                        && pod.getMetadata().getDeletionTimestamp() == null
                        && pod.getStatus().getPodIP() != null)
                .map(pod -> pod.getStatus().getPodIP())
                .findFirst();
    }

    private static ImportFailure failure(Job job, List<Pod> pods) {
        return lastEnd(pods)
                .map(WorkerState::failure)
                .orElseGet(() -> new ImportFailure(
                        null,
                        null,
                        Stream.ofNullable(job.getStatus().getConditions())
                                .flatMap(List::stream)
                                .map(condition -> condition.getMessage())
                                .filter(Objects::nonNull)
                                .findFirst()
                                .orElse("the worker's Job failed")));
    }

    private static ImportFailure failure(ContainerStateTerminated end) {
        var said = parse(end.getMessage()).map(WorkerReport::failure);
        if (said.isPresent()) {
            return new ImportFailure(
                    said.get().file(), said.get().line(), said.get().message());
        }
        var words = Objects.requireNonNullElse(end.getMessage(), "").strip();
        return new ImportFailure(
                null,
                null,
                "the worker ended with exit code " + end.getExitCode() + " (" + end.getReason() + ")"
                        + (words.isEmpty() ? "" : ": " + words.substring(Math.max(0, words.length() - LONGEST))));
    }

    private static Optional<ContainerStateTerminated> lastEnd(List<Pod> pods) {
        return pods.stream()
                .flatMap(WorkerState::containers)
                .map(container -> container.getState().getTerminated())
                .filter(Objects::nonNull)
                .max(Comparator.comparing(end -> Objects.requireNonNullElse(end.getFinishedAt(), "")));
    }

    /** Why the container does not start, or what the last one said that did not end well. */
    private static Optional<String> trouble(List<Pod> pods) {
        var waiting = pods.stream()
                .flatMap(WorkerState::containers)
                .map(container -> container.getState().getWaiting())
                .filter(Objects::nonNull)
                .filter(state -> state.getMessage() != null)
                .map(state -> state.getReason() + ": " + state.getMessage())
                .findFirst();
        return waiting.or(() -> lastEnd(pods)
                .filter(end -> end.getExitCode() != 0)
                .map(WorkerState::failure)
                .map(failure -> "an attempt failed and is made again: " + failure.message()));
    }

    private static Optional<WorkerReport> report(Pod pod) {
        return containers(pod)
                .map(container -> container.getState().getTerminated())
                .filter(Objects::nonNull)
                .flatMap(end -> parse(end.getMessage()).stream())
                .findFirst();
    }

    private static Optional<WorkerReport> parse(String message) {
        try {
            return message == null
                    ? Optional.empty()
                    : Optional.of(ImportJson.read(message.strip(), WorkerReport.class));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static Stream<ContainerStatus> containers(Pod pod) {
        return pod.getStatus() == null || pod.getStatus().getContainerStatuses() == null
                ? Stream.empty()
                : pod.getStatus().getContainerStatuses().stream().filter(container -> container.getState() != null);
    }

    private static boolean isInPhase(Pod pod, String phase) {
        return pod.getStatus() != null && phase.equals(pod.getStatus().getPhase());
    }

    private static boolean isTrue(Job job, String condition) {
        return job.getStatus() != null
                && job.getStatus().getConditions() != null
                && job.getStatus().getConditions().stream()
                        .anyMatch(one -> condition.equals(one.getType()) && "True".equals(one.getStatus()));
    }
}
