package io.shardwright.importjob;

import static io.shardwright.importjob.Imports.FIRST;
import static io.shardwright.importjob.Imports.INTENT;
import static io.shardwright.importjob.Imports.NAMES;
import static io.shardwright.importjob.Imports.REPORT;
import static io.shardwright.importjob.Imports.SECOND;
import static io.shardwright.importjob.Imports.observed;
import static io.shardwright.importjob.Imports.partition;
import static io.shardwright.importjob.Imports.parts;
import static io.shardwright.importjob.Imports.silent;
import static io.shardwright.importjob.Imports.staged;
import static io.shardwright.importjob.Imports.tables;
import static org.assertj.core.api.Assertions.assertThat;

import io.shardwright.crds.ImportFailure;
import io.shardwright.crds.ImportPhase;
import io.shardwright.importjob.ImportAction.AdoptStaging;
import io.shardwright.importjob.ImportAction.CreateFingerprints;
import io.shardwright.importjob.ImportAction.CreateObject;
import io.shardwright.importjob.ImportAction.DeleteWorker;
import io.shardwright.importjob.ImportAction.DropStagedPartition;
import io.shardwright.importjob.ImportAction.DropStagingTable;
import io.shardwright.importjob.ImportAction.MergePartition;
import io.shardwright.importjob.ImportAction.PublishPartition;
import io.shardwright.importjob.ImportAction.TakeFingerprint;
import io.shardwright.importjob.ImportObserved.Memory;
import io.shardwright.importjob.ImportObserved.Partition;
import io.shardwright.importjob.ImportObserved.Publication;
import io.shardwright.importjob.ImportObserved.ShardStaging;
import io.shardwright.importjob.ImportObserved.Target;
import io.shardwright.importjob.ImportObserved.Worker;
import io.shardwright.plan.Hold;
import io.shardwright.plan.HoldReason;
import io.shardwright.topology.Host;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ImportPlannerTest {
    private static final Worker ABSENT = new Worker.Absent();
    private static final Worker RUNNING = new Worker.Running(Optional.empty(), Optional.empty());
    private static final Worker DONE = new Worker.Done(REPORT);
    private static final Worker ENDING = new Worker.Ending(List.of("year-import-x7k2p"));
    private static final DeleteWorker DELETE_WORKER = new DeleteWorker(ImportResources.jobRef(INTENT));
    private static final String ATTEMPT = NAMES.attempt("x7k2p");

    private record Case(String name, ImportObserved observed, ImportPhase phase, List<ImportAction> actions) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Case> steps() {
        return Stream.of(
                new Case(
                        "writes the specification when the table is ready",
                        Imports.waitingFor(new Target.Ready(Imports.CLUSTER, Imports.spec())),
                        ImportPhase.Pending,
                        List.of(new CreateObject(
                                ImportResources.specification(INTENT, Imports.CLUSTER, Imports.spec())))),
                new Case(
                        "starts a worker once the specification is written",
                        observed(ImportPhase.Pending, ABSENT),
                        ImportPhase.Loading,
                        List.of(new CreateObject(ImportResources.job(INTENT, Imports.begun(), "image")))),
                new Case(
                        "lets the worker work", observed(ImportPhase.Loading, RUNNING), ImportPhase.Loading, List.of()),
                new Case(
                        "starts no worker beside one that ends",
                        observed(ImportPhase.Loading, ENDING),
                        ImportPhase.Loading,
                        List.of()),
                new Case(
                        "takes over the tables of the worker that ended well",
                        observed(ImportPhase.Loading, DONE, tables(FIRST, ATTEMPT), tables(SECOND, ATTEMPT)),
                        ImportPhase.Loading,
                        List.of(
                                new AdoptStaging(FIRST, "nyc", "x7k2p", NAMES),
                                new AdoptStaging(SECOND, "nyc", "x7k2p", NAMES))),
                new Case(
                        "makes one part of each partition, then takes its fingerprint",
                        observed(
                                ImportPhase.Loading,
                                DONE,
                                complete(FIRST, parts("1", 3, 4), parts("2", 1, 6)),
                                complete(SECOND, parts("1", 2, 20))),
                        ImportPhase.Loading,
                        List.of(
                                new CreateFingerprints(FIRST, Imports.spec().target(), NAMES),
                                new MergePartition(FIRST, "nyc", NAMES, "1"),
                                new TakeFingerprint(FIRST, "nyc", NAMES, "2"),
                                new CreateFingerprints(SECOND, Imports.spec().target(), NAMES),
                                new MergePartition(SECOND, "nyc", NAMES, "1"))),
                new Case(
                        "publishes nothing before Publishing is written",
                        observed(
                                ImportPhase.Loading,
                                DONE,
                                staged(FIRST, partition("1", 10, Publication.NOT_REMEMBERED)),
                                staged(SECOND, partition("1", 20, Publication.NOT_REMEMBERED))),
                        ImportPhase.Publishing,
                        List.of()),
                new Case(
                        "drops what is staged when rows are missing, to load them again",
                        observed(
                                ImportPhase.Loading,
                                DONE,
                                complete(FIRST, parts("1", 1, 9)),
                                complete(SECOND, parts("1", 1, 20))),
                        ImportPhase.Loading,
                        List.of(drop(FIRST, NAMES.complete()), drop(SECOND, NAMES.complete()))),
                new Case(
                        "removes the worker whose report is lost when its tables are gone",
                        observed(ImportPhase.Loading, new Worker.ReportLost(), tables(FIRST), tables(SECOND)),
                        ImportPhase.Loading,
                        List.of(DELETE_WORKER)),
                new Case(
                        "drops from staging what is seen in the table before it attaches more",
                        observed(
                                ImportPhase.Publishing,
                                DONE,
                                staged(
                                        FIRST,
                                        partition("1", 4, Publication.VISIBLE),
                                        partition("2", 6, Publication.NOT_REMEMBERED)),
                                staged(SECOND, partition("1", 20, Publication.NOT_REMEMBERED))),
                        ImportPhase.Publishing,
                        List.of(
                                new DropStagedPartition(FIRST, "nyc", NAMES, "1"),
                                new PublishPartition(SECOND, "nyc", "flights", NAMES, "1"))),
                new Case(
                        "has succeeded when nothing is staged any more",
                        observed(ImportPhase.Publishing, DONE, staged(FIRST), staged(SECOND)),
                        ImportPhase.Succeeded,
                        List.of()),
                new Case(
                        "drops every table of the import once its end is written",
                        observed(
                                ImportPhase.Failed, DONE, tables(FIRST, ATTEMPT, NAMES.attempt("old")), tables(SECOND)),
                        ImportPhase.Failed,
                        List.of(drop(FIRST, ATTEMPT), drop(FIRST, NAMES.attempt("old")))));
    }

    @ParameterizedTest
    @MethodSource
    void steps(Case given) {
        var decision = ImportPlanner.plan(INTENT, given.observed(), "image");

        assertThat(decision.phase()).isEqualTo(given.phase());
        assertThat(decision.plan().actions()).isEqualTo(given.actions());
        assertThat(decision.plan().holds()).isEmpty();
        assertThat(decision.failure()).isEmpty();
    }

    static Stream<Case> removals() {
        return Stream.of(
                new Case(
                        "removes the worker first, whatever is staged",
                        observed(ImportPhase.Loading, RUNNING, tables(FIRST, ATTEMPT), tables(SECOND, ATTEMPT)),
                        ImportPhase.Loading,
                        List.of(DELETE_WORKER)),
                new Case(
                        "waits until no worker is left that could create a table",
                        observed(ImportPhase.Loading, ENDING, tables(FIRST, ATTEMPT), tables(SECOND)),
                        ImportPhase.Loading,
                        List.of()),
                new Case(
                        "drops what is staged when the worker is gone",
                        observed(ImportPhase.Loading, ABSENT, tables(FIRST, ATTEMPT), tables(SECOND)),
                        ImportPhase.Loading,
                        List.of(drop(FIRST, ATTEMPT))),
                new Case(
                        "goes on publishing what was begun to be published",
                        observed(
                                ImportPhase.Publishing,
                                DONE,
                                staged(FIRST),
                                staged(SECOND, partition("1", 20, Publication.NOT_REMEMBERED))),
                        ImportPhase.Publishing,
                        List.of(new PublishPartition(SECOND, "nyc", "flights", NAMES, "1"))));
    }

    @ParameterizedTest
    @MethodSource
    void removals(Case given) {
        var decision = ImportPlanner.planRemoval(INTENT, given.observed(), "image");

        assertThat(decision.phase()).isEqualTo(given.phase());
        assertThat(decision.plan().actions()).isEqualTo(given.actions());
        assertThat(decision.isTidy()).as("the finalizer stays").isFalse();
    }

    static Stream<ImportObserved> nothingIsLeft() {
        return Stream.of(
                observed(ImportPhase.Loading, ABSENT, tables(FIRST), tables(SECOND)),
                observed(ImportPhase.Loading, Optional.empty(), RUNNING),
                observed(ImportPhase.Loading, Optional.of(Imports.withoutCluster()), ENDING),
                observed(ImportPhase.Publishing, Optional.of(Imports.withoutCluster()), DONE));
    }

    @ParameterizedTest
    @MethodSource("nothingIsLeft")
    void theDeletionEndsWhenNothingIsStagedOrTheClusterIsGone(ImportObserved observed) {
        assertThat(ImportPlanner.planRemoval(INTENT, observed, "image").isTidy())
                .isTrue();
    }

    @Test
    void theDeletionWaitsForAHostThatMayHoldStagedRows() {
        var decision = ImportPlanner.planRemoval(
                INTENT, observed(ImportPhase.Loading, ABSENT, tables(FIRST), silent(SECOND)), "image");

        assertThat(decision.isTidy()).isFalse();
        assertThat(decision.plan().holds()).extracting(Hold::subject).containsExactly(SECOND.name());
    }

    @Test
    void whatTheTableWaitsForIsHeld() {
        var decision = ImportPlanner.plan(
                INTENT, Imports.waitingFor(new Target.NotReady(HoldReason.TableNotReady, "flights", "waits")), "image");

        assertThat(decision.plan().actions()).isEmpty();
        assertThat(decision.plan().holds()).containsExactly(new Hold(HoldReason.TableNotReady, "flights", "waits"));
    }

    @Test
    void aTableThatRemembersTooLittleIsRefused() {
        var target = new Target.Ready(Imports.CLUSTER, Imports.spec(Map.of("replicated_deduplication_window", "19")));

        assertThat(failureOf(Imports.waitingFor(target)).message())
                .contains("replicated_deduplication_window is 19")
                .contains("20 at least");
    }

    @Test
    void aWorkersFailureIsTheImports() {
        var failure = new ImportFailure(Imports.URL, 7L, "no such column");

        assertThat(failureOf(observed(ImportPhase.Loading, new Worker.Failed(failure))))
                .isEqualTo(failure);
    }

    @Test
    void rowsThatTheTableHasAlreadyFailTheImportBeforeAnythingIsPublished() {
        var observed = observed(
                ImportPhase.Loading,
                DONE,
                staged(FIRST, partition("201301", 10, Publication.VISIBLE)),
                staged(SECOND, partition("201302", 20, Publication.NOT_REMEMBERED)));

        assertThat(failureOf(observed).message())
                .contains("nyc.flights before, as partition 201301:")
                .contains("Not a row was added");
    }

    @Test
    void anotherImportToTheSameTableIsWaitedFor() {
        var alone = observed(
                ImportPhase.Loading,
                DONE,
                staged(FIRST, partition("1", 10, Publication.NOT_REMEMBERED)),
                staged(SECOND, partition("1", 20, Publication.NOT_REMEMBERED)));
        var second = new ImportObserved(
                alone.phase(),
                false,
                alone.target(),
                alone.begun(),
                alone.worker(),
                alone.shards(),
                Optional.of("first"));

        var decision = ImportPlanner.plan(INTENT, second, "image");

        assertThat(decision.phase()).isEqualTo(ImportPhase.Loading);
        assertThat(decision.plan().holds()).extracting(Hold::reason).containsExactly(HoldReason.ImportAhead);
    }

    @Test
    void whatTheTableMayHaveForgottenIsHeldInsteadOfPublished() {
        var forgotten = new ShardStaging.Known(
                FIRST,
                List.of(NAMES.complete(), NAMES.fingerprints()),
                List.of(partition("1", 10, Publication.NOT_REMEMBERED)),
                List.of(),
                false,
                new Memory(false));

        var decision =
                ImportPlanner.plan(INTENT, observed(ImportPhase.Publishing, DONE, forgotten, staged(SECOND)), "image");

        assertThat(decision.phase()).isEqualTo(ImportPhase.Publishing);
        assertThat(decision.plan().actions()).isEmpty();
        assertThat(decision.plan().holds()).extracting(Hold::reason).containsExactly(HoldReason.RowsAlreadyPresent);
    }

    private static ImportFailure failureOf(ImportObserved observed) {
        var decision = ImportPlanner.plan(INTENT, observed, "image");
        assertThat(decision.phase()).isEqualTo(ImportPhase.Failed);
        assertThat(decision.plan().actions()).isEmpty();
        return decision.failure().orElseThrow();
    }

    private static ShardStaging complete(Host host, Partition... partitions) {
        return new ShardStaging.Known(
                host, List.of(NAMES.complete()), List.of(partitions), List.of(), false, new Memory(true));
    }

    private static DropStagingTable drop(Host host, String table) {
        return new DropStagingTable(host, Imports.begun().dialect(), "nyc", table);
    }
}
