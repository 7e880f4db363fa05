package io.shardwright.importjob;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.ContainerStateBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import io.shardwright.crds.ImportFailure;
import io.shardwright.importjob.ImportObserved.Worker;
import io.shardwright.importspec.ImportJson;
import io.shardwright.importspec.WorkerReport;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class WorkerStateTest {
    private static final Job AT_WORK =
            new JobBuilder().withNewStatus().endStatus().build();

    @Test
    void withoutJobAndPodsThereIsNoWorker() {
        assertThat(WorkerState.of(Optional.empty(), List.of())).isEqualTo(new Worker.Absent());
    }

    @Test
    void aPodThatOutlivesItsJobIsStillWaitedForUntilItHasEnded() {
        assertThat(WorkerState.of(Optional.empty(), List.of(pod("Running", "x", null))))
                .isEqualTo(new Worker.Ending(List.of("x")));
        assertThat(WorkerState.of(Optional.empty(), List.of(pod("Failed", "x", null))))
                .isEqualTo(new Worker.Absent());
    }

    @Test
    void aJobThatIsBeingDeletedIsEndingWhateverItsPodsAreLike() {
        var going = new JobBuilder()
                .withNewMetadata()
                .withDeletionTimestamp("2026-01-01T00:00:00Z")
                .endMetadata()
                .build();

        assertThat(WorkerState.of(Optional.of(going), List.of())).isEqualTo(new Worker.Ending(List.of()));
    }

    @Test
    void theReportOfTheWorkerThatEndedWellIsRead() {
        var report = ImportJson.write(Imports.REPORT);

        assertThat(of(job("Complete", ""), pod("Failed", "a", ended(4, "{}")), pod("Succeeded", "b", ended(0, report))))
                .isEqualTo(new Worker.Done(Imports.REPORT));
    }

    @Test
    void aReportThatMayStillComeIsWaitedForAndElseItIsLost() {
        assertThat(of(job("Complete", ""), pod("Running", "a", null))).isInstanceOf(Worker.Running.class);
        assertThat(of(job("Complete", ""), pod("Succeeded", "a", ended(0, "garbage"))))
                .isEqualTo(new Worker.ReportLost());
    }

    @Test
    void whatAWorkerRefusedIsToldWithFileAndLine() {
        var words = ImportJson.write(new WorkerReport(
                "x", List.of(), 0, new WorkerReport.Failure(Imports.URL, 3_212L, "Cannot parse input")));

        assertThat(of(job("Failed", "pod failed"), pod("Failed", "x", ended(WorkerReport.EXIT_REFUSED, words))))
                .isEqualTo(new Worker.Failed(new ImportFailure(Imports.URL, 3_212L, "Cannot parse input")));
    }

    @Test
    void aWorkerThatWasKilledIsToldByExitCodeReasonAndLastWords() {
        assertThat(of(job("FailureTarget", "limit"), pod("Failed", "x", ended(137, "last line\n"))))
                .isEqualTo(new Worker.Failed(
                        new ImportFailure(null, null, "the worker ended with exit code 137 (Error): last line")));
    }

    @Test
    void aJobThatFailedWithoutPodsIsToldInItsOwnWords() {
        assertThat(of(job("Failed", "Job has reached the specified backoff limit")))
                .isEqualTo(new Worker.Failed(
                        new ImportFailure(null, null, "Job has reached the specified backoff limit")));
    }

    @Test
    void anImageThatCannotBePulledIsNamedWhileTheJobGoesOn() {
        var waiting = new ContainerStateBuilder()
                .withNewWaiting()
                .withReason("ImagePullBackOff")
                .withMessage("Back-off pulling image \"operator:0.1.0\"")
                .endWaiting()
                .build();

        assertThat(of(AT_WORK, pod("Pending", "x", waiting)))
                .isEqualTo(new Worker.Running(
                        Optional.empty(), Optional.of("ImagePullBackOff: Back-off pulling image \"operator:0.1.0\"")));
    }

    @Test
    void anAttemptThatFailedIsToldWhileTheNextOneRuns() {
        var words = ImportJson.write(
                new WorkerReport("x", List.of(), 0, new WorkerReport.Failure(null, null, "connection reset")));

        assertThat(of(
                        AT_WORK,
                        pod("Failed", "x", ended(WorkerReport.EXIT_INTERRUPTED, words)),
                        pod("Running", "y", null)))
                .isEqualTo(new Worker.Running(
                        Optional.empty(), Optional.of("an attempt failed and is made again: connection reset")));
    }

    private static Worker of(Job job, Pod... pods) {
        return WorkerState.of(Optional.of(job), List.of(pods));
    }

    private static Job job(String condition, String message) {
        return new JobBuilder()
                .withNewStatus()
                .addNewCondition()
                .withType(condition)
                .withStatus("True")
                .withMessage(message)
                .endCondition()
                .endStatus()
                .build();
    }

    private static ContainerState ended(int exitCode, String message) {
        return new ContainerStateBuilder()
                .withNewTerminated()
                .withExitCode(exitCode)
                .withReason(exitCode == 0 ? "Completed" : "Error")
                .withMessage(message)
                .endTerminated()
                .build();
    }

    private static Pod pod(String phase, String name, ContainerState state) {
        return new PodBuilder()
                .withNewMetadata()
                .withName(name)
                .endMetadata()
                .withNewStatus()
                .withPhase(phase)
                .addNewContainerStatus()
                .withState(state)
                .endContainerStatus()
                .endStatus()
                .build();
    }
}
