package io.shardwright.importjob;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Condition;
import io.shardwright.crds.HoldStatus;
import io.shardwright.crds.ImportFailure;
import io.shardwright.crds.ImportJob;
import io.shardwright.crds.ImportJobStatus;
import io.shardwright.crds.ImportPhase;
import io.shardwright.importjob.ImportObserved.Worker;
import io.shardwright.importspec.WorkerProgress;
import io.shardwright.plan.Hold;
import io.shardwright.plan.HoldReason;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ImportStatusProjectionTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:10Z");
    private static final String BEGAN = "2026-01-01T00:00:00Z";
    private static final String LONG =
            "Cannot parse input: expected a number before what stands there instead, which is "
                    + "words and words and words\nand the second line";

    private final ImportJob resource = Imports.resource(Imports.URL);

    @Test
    void aRunningWorkersProgressIsToldInNumbersAndForPeople() {
        var status = loading(running(new WorkerProgress(50_000, 250, 1_000L, BEGAN)));

        assertThat(status.rows()).isEqualTo(50_000);
        assertThat(status.percent()).isEqualTo(25);
        assertThat(status.progress()).isEqualTo("25%");
        assertThat(status.rowsPerSecond()).isEqualTo(5_000);
        assertThat(status.rate()).isEqualTo("5.0k/s");
        assertThat(status.left()).isEqualTo("30s");
        assertThat(status.startTime()).isEqualTo(BEGAN);
        assertThat(status.summary()).isEqualTo("Loading");
    }

    @Test
    void aHundredPercentIsSaidOnlyWhenEveryRowIsStaged() {
        assertThat(loading(running(new WorkerProgress(1, 1_000, 1_000L, BEGAN))).percent())
                .isEqualTo(99);
        assertThat(loading(new Worker.Done(Imports.REPORT)).percent()).isEqualTo(100);
    }

    @Test
    void withoutTheFilesSizeTheBytesReadAreShownAndNoTimeLeft() {
        var status = loading(running(new WorkerProgress(1, 3_145_728, null, BEGAN)));

        assertThat(status.progress()).isEqualTo("3.0Mi");
        assertThat(status.percent()).isNull();
        assertThat(status.left()).isNull();
    }

    @Test
    void aFailureNamesFileAndLineInEveryConditionAndIsCutInTheSummaryAlone() {
        var failure = new ImportFailure(Imports.URL, 7L, LONG);
        var status = project(
                Imports.observed(ImportPhase.Loading, new Worker.Failed(failure)), ImportDecision.failed(failure));

        assertThat(status.phase()).isEqualTo(ImportPhase.Failed);
        assertThat(status.failure()).isEqualTo(failure);
        assertThat(status.completionTime()).isEqualTo(NOW.toString());
        assertThat(status.summary())
                .startsWith("Failed: http://files/flights.csv line 7: Cannot parse input")
                .endsWith("…")
                .hasSize(90);
        assertThat(condition(status, "Degraded").getStatus()).isEqualTo("True");
        assertThat(condition(status, "Degraded").getMessage()).isEqualTo(Imports.URL + " line 7: " + LONG);
        assertThat(condition(status, "Progressing").getMessage()).contains("not a row was added");
    }

    @Test
    void whatTheImportWaitsForIsToldAndListed() {
        var hold = new Hold(HoldReason.TableNotReady, "flights", "there is no Table of this name; create it");
        var status = project(
                Imports.observed(ImportPhase.Pending, Optional.empty(), new Worker.Absent()),
                ImportDecision.of(ImportPhase.Pending, List.of(), List.of(hold)));

        assertThat(status.summary()).isEqualTo("Waiting: flights: there is no Table of this name; create it");
        assertThat(status.holds()).extracting(HoldStatus::reason).containsExactly("TableNotReady");
        assertThat(condition(status, "Ready").getStatus()).isEqualTo("False");
    }

    @Test
    void aWorkerThatDoesNotStartIsTrouble() {
        var stuck = new Worker.Running(Optional.empty(), Optional.of("ImagePullBackOff: no such image"));

        assertThat(loading(stuck).summary()).isEqualTo("Waiting: ImagePullBackOff: no such image");
    }

    @Test
    void thePodThatADeletionWaitsForIsNamed() {
        assertThat(loading(new Worker.Ending(List.of("year-import-x"))).summary())
                .isEqualTo("Waiting until the worker is gone: year-import-x");
    }

    @Test
    void stagingIsListedUntilItIsGone() {
        var done = Imports.observed(ImportPhase.Succeeded, new Worker.Done(Imports.REPORT));

        assertThat(project(done, ImportDecision.of(ImportPhase.Succeeded, List.of()))
                        .staging())
                .extracting(staging -> staging.rows())
                .containsExactly(10L, 20L);
        var tidy = project(done, ImportDecision.tidy(ImportPhase.Succeeded));
        assertThat(tidy.staging()).isNull();
        assertThat(condition(tidy, "Ready").getMessage()).isEqualTo("30 rows are in the table");
    }

    @Test
    void aRejectionIsCutInTheSummaryAndWholeInTheCondition() {
        var status = ImportStatusProjection.rejected(resource, LONG, NOW);

        assertThat(status.summary()).startsWith("Not accepted: Cannot").hasSize(90);
        assertThat(condition(status, "Accepted").getMessage()).isEqualTo(LONG);
    }

    private ImportJobStatus loading(Worker worker) {
        return project(
                Imports.observed(ImportPhase.Loading, worker), ImportDecision.of(ImportPhase.Loading, List.of()));
    }

    private ImportJobStatus project(ImportObserved observed, ImportDecision decision) {
        return ImportStatusProjection.project(resource, observed, decision, List.of(), NOW);
    }

    private static Worker running(WorkerProgress progress) {
        return new Worker.Running(Optional.of(progress), Optional.empty());
    }

    private static Condition condition(ImportJobStatus status, String type) {
        return status.conditions().stream()
                .filter(condition -> type.equals(condition.getType()))
                .findFirst()
                .orElseThrow();
    }
}
