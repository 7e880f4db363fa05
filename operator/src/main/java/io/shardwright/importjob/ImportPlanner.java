package io.shardwright.importjob;

import io.shardwright.crds.ImportFailure;
import io.shardwright.crds.ImportPhase;
import io.shardwright.importjob.ImportObserved.Begun;
import io.shardwright.importjob.ImportObserved.ShardStaging;
import io.shardwright.importjob.ImportObserved.Target;
import io.shardwright.importjob.ImportObserved.Worker;
import io.shardwright.importspec.ImportSpec;
import io.shardwright.importspec.WorkerReport;
import io.shardwright.plan.Hold;
import io.shardwright.plan.HoldReason;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Decides the next step of an import.
 *
 * <p>Until the phase is Publishing, nothing of the table was touched, and everything can be done again or given up. It
 * becomes Publishing when every row is staged, counted and fingerprinted on every shard; that is written in status before the
 * first partition is attached, and from there it only goes forward, by {@link PublishPlanner}. What is left in staging tells
 * what is still to be published. Staging tables go once Succeeded or Failed is written, never before: a staging table that is
 * gone says nothing about its rows.
 */
final class ImportPlanner {
    /** An attached partition must be remembered until the next look at it, whatever else is inserted meanwhile. */
    private static final int SMALLEST_MEMORY = 20;

    private ImportPlanner() {}

    /** @param workerImage image of the worker's pods */
    static ImportDecision plan(ImportIntent intent, ImportObserved observed, String workerImage) {
        return switch (observed.phase()) {
            case Pending, Loading ->
                observed.begun()
                        .map(begun -> load(intent, begun, observed, workerImage))
                        .orElseGet(() -> begin(intent, observed.target()));
            case Publishing ->
                observed.begun()
                        .map(begun -> PublishPlanner.plan(begun.spec(), observed.shards()))
                        .orElseGet(() -> lost(intent));
            case Succeeded, Failed -> tidy(observed, observed.phase());
        };
    }

    /**
     * The ImportJob is being deleted. What was begun to be published is published, unless only a user can tell how; anything
     * else is removed: the worker first, since one that has just begun would create its table after the tables were dropped.
     */
    static ImportDecision planRemoval(ImportIntent intent, ImportObserved observed, String workerImage) {
        if (observed.isTidy() || isGone(observed)) {
            return ImportDecision.tidy(observed.phase());
        }
        if (observed.phase() == ImportPhase.Publishing) {
            var decision = plan(intent, observed, workerImage);
            boolean goesOn = decision.phase() == ImportPhase.Publishing
                    && decision.plan().holds().stream()
                            .noneMatch(hold -> hold.reason() == HoldReason.RowsAlreadyPresent);
            if (goesOn) {
                return decision;
            }
        }
        return switch (observed.worker()) {
            case Worker.Absent() -> tidy(observed, observed.phase());
            case Worker.Ending ending -> ImportDecision.of(observed.phase(), List.of());
            case Worker.Running running -> removeWorker(intent, observed.phase());
            case Worker.Done done -> removeWorker(intent, observed.phase());
            case Worker.Failed failed -> removeWorker(intent, observed.phase());
            case Worker.ReportLost() -> removeWorker(intent, observed.phase());
        };
    }

    private static ImportDecision removeWorker(ImportIntent intent, ImportPhase phase) {
        return ImportDecision.of(phase, List.of(new ImportAction.DeleteWorker(ImportResources.jobRef(intent))));
    }

    private static ImportDecision begin(ImportIntent intent, Target target) {
        return switch (target) {
            case Target.Ready ready
            when dedupWindow(ready.spec()) < SMALLEST_MEMORY ->
                ImportDecision.failed(new ImportFailure(
                        null,
                        null,
                        "the table's setting replicated_deduplication_window is " + dedupWindow(ready.spec())
                                + "; imports need " + SMALLEST_MEMORY + " at least, to publish no row twice"));
            case Target.Ready ready ->
                ImportDecision.of(
                        ImportPhase.Pending,
                        List.of(new ImportAction.CreateObject(
                                ImportResources.specification(intent, ready.cluster(), ready.spec()))));
            case Target.NotReady waiting ->
                ImportDecision.of(
                        ImportPhase.Pending,
                        List.of(),
                        List.of(new Hold(waiting.reason(), waiting.subject(), waiting.message())));
            case Target.NotAsked() -> ImportDecision.of(ImportPhase.Pending, List.of());
        };
    }

    private static ImportDecision load(ImportIntent intent, Begun begun, ImportObserved observed, String workerImage) {
        if (begun.clusterGone()) {
            return ImportDecision.failed(new ImportFailure(null, null, "the cluster of the table was deleted"));
        }
        return switch (observed.worker()) {
            case Worker.Absent() ->
                ImportDecision.of(
                        ImportPhase.Loading,
                        List.of(new ImportAction.CreateObject(ImportResources.job(intent, begun, workerImage))));
            case Worker.Running running -> ImportDecision.of(ImportPhase.Loading, List.of());
            case Worker.Ending ending -> ImportDecision.of(ImportPhase.Loading, List.of());
            case Worker.Failed failed -> ImportDecision.failed(failed.failure());
            case Worker.ReportLost() -> again(intent, begun, observed.shards());
            case Worker.Done done -> prepare(intent, begun, observed, done.report());
        };
    }

    /** Every row is staged. Makes ready on every shard what is to be published, and publishes when all are. */
    private static ImportDecision prepare(
            ImportIntent intent, Begun begun, ImportObserved observed, WorkerReport report) {
        var unknown = unreachable(observed.shards());
        if (!unknown.isEmpty()) {
            return ImportDecision.of(ImportPhase.Loading, List.of(), unknown);
        }
        var known = known(observed.shards());
        if (known.stream().anyMatch(shard -> isLost(shard, begun.spec(), report))) {
            return again(intent, begun, observed.shards());
        }
        var actions = new ArrayList<ImportAction>();
        for (var shard : known) {
            actions.addAll(PreparePlanner.plan(shard, begun.spec(), report));
        }
        if (!actions.isEmpty() || known.stream().anyMatch(ShardStaging.Known::isBusy)) {
            return ImportDecision.of(ImportPhase.Loading, actions);
        }
        return PreparePlanner.rowsAlreadyPresent(known, begun.spec())
                .map(ImportDecision::failed)
                .orElseGet(() -> publishInTurn(intent, begun, observed, known));
    }

    private static ImportDecision publishInTurn(
            ImportIntent intent, Begun begun, ImportObserved observed, List<ShardStaging.Known> shards) {
        if (observed.publisher().isPresent()) {
            return ImportDecision.of(
                    ImportPhase.Loading,
                    List.of(),
                    List.of(new Hold(
                            HoldReason.ImportAhead,
                            intent.table(),
                            "every row is staged; waits until "
                                    + observed.publisher().get() + " is done with the same table")));
        }
        var stale = shards.stream()
                .flatMap(shard -> PreparePlanner.dropStaleFingerprints(shard, begun).stream())
                .toList();
        return ImportDecision.of(stale.isEmpty() ? ImportPhase.Publishing : ImportPhase.Loading, stale);
    }

    /** The rows that the worker wrote are not there: a host lost its volume, or somebody dropped the table. */
    private static boolean isLost(ShardStaging.Known shard, ImportSpec spec, WorkerReport report) {
        var names = spec.staging();
        if (shard.tables().contains(names.complete())) {
            return shard.rows() != report.shardRows().get(shard.host().shard());
        }
        return !shard.tables().contains(names.attempt(report.attempt()));
    }

    /** Nothing is published yet, so all is loaded once more. */
    private static ImportDecision again(ImportIntent intent, Begun begun, List<ShardStaging> shards) {
        var actions = new ArrayList<ImportAction>(drops(begun, shards));
        if (actions.isEmpty()) {
            actions.add(new ImportAction.DeleteWorker(ImportResources.jobRef(intent)));
        }
        return ImportDecision.of(ImportPhase.Loading, actions, unreachable(shards));
    }

    private static ImportDecision tidy(ImportObserved observed, ImportPhase phase) {
        if (observed.isTidy() || isGone(observed)) {
            return ImportDecision.tidy(phase);
        }
        var begun = observed.begun().orElseThrow();
        var actions = drops(begun, observed.shards());
        var holds = unreachable(observed.shards());
        return actions.isEmpty() && holds.isEmpty()
                ? ImportDecision.tidy(phase)
                : ImportDecision.of(phase, actions, holds);
    }

    private static boolean isGone(ImportObserved observed) {
        return observed.begun().map(Begun::clusterGone).orElse(true);
    }

    private static ImportDecision lost(ImportIntent intent) {
        return ImportDecision.of(
                ImportPhase.Publishing,
                List.of(),
                List.of(new Hold(
                        HoldReason.RowsAlreadyPresent,
                        intent.name(),
                        "the ConfigMap " + ImportResources.name(intent) + " is gone, so it cannot be told what was"
                                + " published; count the rows, then delete this ImportJob")));
    }

    private static List<ImportAction> drops(Begun begun, List<ShardStaging> shards) {
        return known(shards).stream()
                .flatMap(shard -> shard.tables().stream()
                        .<ImportAction>map(table -> new ImportAction.DropStagingTable(
                                shard.host(),
                                begun.dialect(),
                                begun.spec().target().database(),
                                table)))
                .toList();
    }

    static List<ShardStaging.Known> known(List<ShardStaging> shards) {
        return shards.stream()
                .flatMap(shard -> shard instanceof ShardStaging.Known known ? Stream.of(known) : Stream.empty())
                .toList();
    }

    static List<Hold> unreachable(List<ShardStaging> shards) {
        return shards.stream()
                .flatMap(shard -> shard instanceof ShardStaging.Unknown unknown
                        ? Optional.of(new Hold(
                                        HoldReason.HostUnreachable,
                                        unknown.host().name(),
                                        "rows of this import are staged there; it goes on when the host answers: "
                                                + unknown.message()))
                                .stream()
                        : Stream.empty())
                .toList();
    }

    private static int dedupWindow(ImportSpec spec) {
        return StagingStateSql.window(spec.target());
    }
}
