package io.shardwright.importjob;

import io.shardwright.crds.ImportFailure;
import io.shardwright.crds.ImportJob;
import io.shardwright.crds.ImportJobStatus;
import io.shardwright.crds.ImportPhase;
import io.shardwright.crds.StagingStatus;
import io.shardwright.importjob.ImportObserved.Worker;
import io.shardwright.plan.Conditions;
import io.shardwright.plan.Conditions.Finding;
import io.shardwright.plan.Holds;
import io.shardwright.plan.Outcome;
import io.shardwright.plan.Rejection;
import io.shardwright.plan.Summaries;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Tells users how an import is. */
final class ImportStatusProjection {
    private ImportStatusProjection() {}

    static ImportJobStatus rejected(ImportJob resource, String message, Instant now) {
        var conditions = previous(resource).map(ImportJobStatus::conditions).orElse(null);
        var rejection = Rejection.of(resource, conditions, message, now);
        return new ImportJobStatus(
                rejection.generation(),
                ImportPhase.Pending,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                rejection.summary(),
                null,
                null,
                rejection.conditions(),
                List.of());
    }

    static ImportJobStatus project(
            ImportJob resource,
            ImportObserved observed,
            ImportDecision decision,
            List<Outcome<ImportAction>> outcomes,
            Instant now) {
        var previous = previous(resource);
        var progress = ImportProgress.of(previous, observed.worker(), decision.phase(), now);
        var failure = decision.failure().or(() -> previous.map(ImportJobStatus::failure));
        var told = told(observed, decision, outcomes, failure, progress);
        boolean isOver = decision.phase() == ImportPhase.Succeeded || decision.phase() == ImportPhase.Failed;
        return new ImportJobStatus(
                resource.getMetadata().getGeneration(),
                decision.phase(),
                progress.rows(),
                progress.bytes(),
                progress.totalBytes(),
                progress.percent(),
                progress.shown(),
                progress.rowsPerSecond(),
                progress.rate(),
                progress.left(),
                progress.startTime(),
                isOver
                        ? previous.map(ImportJobStatus::completionTime)
                                .orElseGet(() ->
                                        now.truncatedTo(ChronoUnit.SECONDS).toString())
                        : null,
                Summaries.brief(told.summary()),
                staging(observed, decision, previous),
                failure.orElse(null),
                Conditions.of(
                        previous.map(ImportJobStatus::conditions).orElse(null),
                        resource.getMetadata().getGeneration(),
                        now,
                        told.ready(),
                        told.progressing(),
                        told.degraded()),
                Holds.project(
                        previous.map(ImportJobStatus::holds).orElse(null),
                        decision.plan().holds(),
                        now));
    }

    /** Listed until the tables are gone; that nothing is listed any more is what says so. */
    private static List<StagingStatus> staging(
            ImportObserved observed, ImportDecision decision, Optional<ImportJobStatus> previous) {
        if (decision.isTidy()) {
            return null;
        }
        return observed.begun()
                .map(begun -> begun.spec().shards().stream()
                        .map(shard ->
                                new StagingStatus(shard.shard(), shard.host(), rows(shard.shard(), observed.worker())))
                        .toList())
                .or(() -> previous.map(ImportJobStatus::staging))
                .orElse(null);
    }

    private static Long rows(int shard, Worker worker) {
        return worker instanceof Worker.Done done ? done.report().shardRows().get(shard) : null;
    }

    private static Optional<ImportJobStatus> previous(ImportJob resource) {
        return Optional.ofNullable(resource.getStatus());
    }

    private record Told(String summary, Finding ready, Finding progressing, Finding degraded) {}

    private static Told told(
            ImportObserved observed,
            ImportDecision decision,
            List<Outcome<ImportAction>> outcomes,
            Optional<ImportFailure> failure,
            ImportProgress progress) {
        var trouble = trouble(observed, decision, outcomes);
        return switch (decision.phase()) {
            case Succeeded ->
                new Told(
                        "Succeeded",
                        Finding.yes("Published", progress.rows() + " rows are in the table"),
                        Finding.no("Done", "nothing is left to do"),
                        fine());
            case Failed -> {
                var words = failure.map(ImportStatusProjection::words).orElse("the import failed");
                yield new Told(
                        "Failed: " + words,
                        Finding.no("Failed", words),
                        Finding.no("Done", "not a row was added; create another ImportJob to try again"),
                        Finding.yes("Failed", words));
            }
            case Pending, Loading, Publishing -> {
                var doing = doing(observed, decision);
                yield new Told(
                        trouble.map(what -> "Waiting: " + what).orElse(doing),
                        Finding.no(decision.phase().name(), trouble.orElse(doing)),
                        Finding.yes(decision.phase().name(), doing),
                        trouble.map(what -> Finding.yes("Attention", what)).orElseGet(ImportStatusProjection::fine));
            }
        };
    }

    private static String doing(ImportObserved observed, ImportDecision decision) {
        if (observed.worker() instanceof Worker.Ending ending) {
            return "Waiting until the worker is gone"
                    + (ending.pods().isEmpty() ? "" : ": " + String.join(", ", ending.pods()));
        }
        return switch (decision.phase()) {
            case Pending -> "Waiting for the table";
            case Loading -> observed.worker() instanceof Worker.Done ? "Every row is staged" : "Loading";
            default ->
                "Publishing: "
                        + ImportPlanner.known(observed.shards()).stream()
                                .mapToInt(shard -> shard.partitions().size())
                                .sum()
                        + " partitions left";
        };
    }

    private static Optional<String> trouble(
            ImportObserved observed, ImportDecision decision, List<Outcome<ImportAction>> outcomes) {
        return Stream.of(
                        decision.plan().holds().stream().map(hold -> hold.subject() + ": " + hold.message()),
                        Outcome.failed(outcomes).map(Outcome.Failed::told),
                        observed.worker() instanceof Worker.Running running
                                ? running.trouble().stream()
                                : Stream.<String>empty())
                .flatMap(told -> told)
                .findFirst();
    }

    private static String words(ImportFailure failure) {
        return (failure.file() == null ? "" : failure.file())
                + (failure.line() == null ? "" : " line " + failure.line())
                + (failure.file() == null ? "" : ": ")
                + failure.message();
    }

    private static Finding fine() {
        return Finding.no("AsExpected", "nothing is wrong");
    }
}
