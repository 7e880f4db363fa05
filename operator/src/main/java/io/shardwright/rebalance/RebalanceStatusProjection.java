package io.shardwright.rebalance;

import io.shardwright.clickhouse.HostSnapshot.TableName;
import io.shardwright.crds.HistoryLine;
import io.shardwright.crds.MoveStatus;
import io.shardwright.crds.PlannedMove;
import io.shardwright.crds.Rebalance;
import io.shardwright.crds.RebalancePhase;
import io.shardwright.crds.RebalanceStatus;
import io.shardwright.plan.Amounts;
import io.shardwright.plan.Conditions;
import io.shardwright.plan.Conditions.Finding;
import io.shardwright.plan.Hold;
import io.shardwright.plan.HoldReason;
import io.shardwright.plan.Holds;
import io.shardwright.plan.Outcome;
import io.shardwright.plan.Rejection;
import io.shardwright.plan.Summaries;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Tells users how a rebalance is, and reads there which moves were begun. */
final class RebalanceStatusProjection {
    private static final int MOST_PLANNED = 100;

    /** Passes by itself. */
    private static final Set<HoldReason> WAITING_ITS_TURN =
            EnumSet.of(HoldReason.MoveAhead, HoldReason.StillInUse, HoldReason.BeingWritten, HoldReason.Busy);

    private RebalanceStatusProjection() {}

    /** The moves that were begun, as status says. */
    static List<CurrentMove> currentMoves(Rebalance resource) {
        return previous(resource).map(RebalanceStatus::current).stream()
                .flatMap(List::stream)
                .map(move -> new CurrentMove(
                        new Move(
                                move.id(),
                                new TableName(move.database(), move.table()),
                                move.partition(),
                                move.from(),
                                move.to()),
                        move.phase(),
                        move.bytes(),
                        move.rows(),
                        move.attempts(),
                        new Mark(
                                Objects.requireNonNullElse(move.mark(), 0L),
                                Optional.ofNullable(move.markedAt())
                                        .map(Instant::parse)
                                        .orElse(Instant.EPOCH)),
                        move.since(),
                        new ReadSide(
                                Objects.requireNonNullElse(move.readFrom(), List.of()),
                                Optional.ofNullable(move.readFromSince()).map(Instant::parse))))
                .toList();
    }

    /** Since when only what passes by itself is in the way, as status says. */
    static Optional<Instant> waitingSince(Rebalance resource) {
        return previous(resource).map(RebalanceStatus::waitingSince).map(Instant::parse);
    }

    /** @param last what it came to before it was rejected, or what ending that has come to; may be null */
    static RebalanceStatus rejected(Rebalance resource, RebalanceStatus last, String message, Instant now) {
        var conditions = previous(resource).map(RebalanceStatus::conditions).orElse(null);
        var rejection = Rejection.of(resource, conditions, message, now);
        var before = Optional.ofNullable(last);
        boolean isEnding = before.map(RebalanceStatus::current)
                .filter(moves -> !moves.isEmpty())
                .isPresent();
        return new RebalanceStatus(
                rejection.generation(),
                before.map(RebalanceStatus::phase).orElse(RebalancePhase.Pending),
                null,
                before.map(RebalanceStatus::movesDone).orElse(null),
                null,
                before.map(RebalanceStatus::bytesMoved).orElse(null),
                null,
                null,
                null,
                null,
                null,
                null,
                before.map(RebalanceStatus::startTime).orElse(null),
                null,
                null,
                rejection.summary(),
                before.map(RebalanceStatus::current).orElse(null),
                null,
                null,
                before.map(RebalanceStatus::history).orElse(null),
                rejection.conditions(),
                isEnding ? before.map(RebalanceStatus::holds).orElse(null) : List.of());
    }

    static RebalanceStatus project(
            Rebalance resource, RebalanceDecision decision, List<Outcome<RebalanceAction>> outcomes, Instant now) {
        var before = previous(resource);
        var current = currentMoves(resource);
        var ledger = MoveLedger.after(current, decision, outcomes);
        var progress = Progress.of(before, decision, ledger, now);
        var told = told(decision, ledger, progress, outcomes);
        return new RebalanceStatus(
                resource.getMetadata().getGeneration(),
                decision.phase(),
                progress.done() + "/" + (progress.done() + progress.left()),
                progress.done(),
                progress.left(),
                progress.bytesMoved(),
                Amounts.bytes(progress.bytesMoved()),
                progress.bytesLeft(),
                progress.percent(),
                progress.percent() + "%",
                progress.timeLeft().map(Amounts::duration).orElse(null),
                decision.imbalancePercent(),
                progress.startTime(),
                decision.phase() == RebalancePhase.Succeeded
                        ? before.map(RebalanceStatus::completionTime).orElseGet(() -> seconds(now))
                        : null,
                decision.waiting()
                        .filter(wait -> !wait.isGivenUp())
                        .flatMap(Waiting::since)
                        .map(RebalanceStatusProjection::seconds)
                        .orElse(null),
                Summaries.brief(told.summary()),
                ledger.current().stream().map(RebalanceStatusProjection::status).toList(),
                decision.planned().stream().limit(MOST_PLANNED).toList(),
                decision.leftAlone(),
                RebalanceHistory.after(history(resource), current, ledger, outcomes, now),
                Conditions.of(
                        before.map(RebalanceStatus::conditions).orElse(null),
                        resource.getMetadata().getGeneration(),
                        now,
                        told.ready(),
                        told.progressing(),
                        told.degraded()),
                Holds.project(
                        before.map(RebalanceStatus::holds).orElse(null),
                        decision.plan().holds(),
                        now));
    }

    /** How far it is. */
    private record Progress(
            int done, int left, long bytesMoved, long bytesLeft, String startTime, Optional<Duration> timeLeft) {
        static Progress of(
                Optional<RebalanceStatus> before, RebalanceDecision decision, MoveLedger ledger, Instant now) {
            int done = before.map(RebalanceStatus::movesDone).orElse(0)
                    + ledger.moved().size();
            long bytesMoved = before.map(RebalanceStatus::bytesMoved).orElse(0L)
                    + ledger.moved().stream().mapToLong(CurrentMove::bytes).sum();
            long bytesLeft = ledger.current().stream()
                            .mapToLong(CurrentMove::bytes)
                            .sum()
                    + decision.planned().stream().mapToLong(PlannedMove::bytes).sum();
            var start = before.map(RebalanceStatus::startTime)
                    .or(() -> ledger.current().isEmpty() ? Optional.empty() : Optional.of(seconds(now)))
                    .orElse(null);
            return new Progress(
                    done,
                    ledger.current().size() + decision.planned().size(),
                    bytesMoved,
                    bytesLeft,
                    start,
                    timeLeft(start, bytesMoved, bytesLeft, now));
        }

        private static Optional<Duration> timeLeft(String start, long moved, long left, Instant now) {
            if (start == null || moved == 0 || left == 0) {
                return Optional.empty();
            }
            double seconds = Duration.between(Instant.parse(start), now).toSeconds();
            return Optional.of(Duration.ofSeconds((long) (seconds * left / moved)));
        }

        int percent() {
            long all = bytesMoved + bytesLeft;
            return all == 0 ? 100 : (int) (bytesMoved * 100 / all);
        }
    }

    private record Told(String summary, Finding ready, Finding progressing, Finding degraded) {}

    private static Told told(
            RebalanceDecision decision, MoveLedger ledger, Progress progress, List<Outcome<RebalanceAction>> outcomes) {
        var trouble = trouble(decision, outcomes);
        var degraded = trouble.map(what -> Finding.yes("Attention", what))
                .orElseGet(() -> Finding.no("AsExpected", "nothing is wrong"));
        var doing = doing(decision, ledger, progress);
        if (decision.phase() == RebalancePhase.Succeeded) {
            return new Told(
                    doing, Finding.yes("Balanced", doing), Finding.no("Done", "nothing is left to do"), degraded);
        }
        boolean progresses =
                decision.phase() == RebalancePhase.Moving || !ledger.current().isEmpty();
        return new Told(
                trouble.map(what -> "Waiting: " + what).orElse(doing),
                Finding.no(decision.phase().name(), doing),
                progresses
                        ? Finding.yes(decision.phase().name(), doing)
                        : Finding.no(decision.phase().name(), doing),
                degraded);
    }

    private static String doing(RebalanceDecision decision, MoveLedger ledger, Progress progress) {
        var moving =
                ledger.current().stream().map(move -> move.move().describe()).findFirst();
        return switch (decision.phase()) {
            case Pending -> "Waiting for the cluster";
            case Planned ->
                "Dry run: " + progress.left() + " moves of " + Amounts.bytes(progress.bytesLeft())
                        + " would be made, the fullest shard is " + decision.imbalancePercent()
                        + "% above its share";
            case Moving ->
                decision.waiting()
                        .map(wait -> "Waiting: " + words(wait.hold()))
                        .orElseGet(() ->
                                "Progressing" + moving.map(move -> ": " + move).orElse(""));
            case Paused -> moving.map(move -> "Pausing: " + move).orElse("Paused");
            case Succeeded ->
                "Succeeded: the fullest shard is " + decision.imbalancePercent() + "% above its share"
                        + decision.waiting()
                                .map(wait -> ". Given up after " + Amounts.duration(Waiting.LONG_ENOUGH) + ": "
                                        + wait.hold().subject() + ", and what status.leftAlone lists")
                                .orElse("");
        };
    }

    private static Optional<String> trouble(RebalanceDecision decision, List<Outcome<RebalanceAction>> outcomes) {
        return Stream.concat(
                        Outcome.failed(outcomes).map(Outcome.Failed::told),
                        decision.plan().holds().stream()
                                .filter(hold -> !WAITING_ITS_TURN.contains(hold.reason()))
                                .map(RebalanceStatusProjection::words))
                .findFirst();
    }

    private static String words(Hold hold) {
        return hold.subject() + ": " + hold.message();
    }

    /** As status has it. */
    static List<HistoryLine> history(Rebalance resource) {
        return previous(resource).map(RebalanceStatus::history).orElse(List.of());
    }

    private static MoveStatus status(CurrentMove move) {
        return new MoveStatus(
                move.move().id(),
                move.move().table().database(),
                move.move().table().table(),
                move.move().partition(),
                move.move().from(),
                move.move().to(),
                move.phase(),
                move.bytes(),
                move.rows(),
                move.attempts(),
                move.mark().last(),
                move.mark().equals(Mark.NONE) ? null : move.mark().at().toString(),
                move.since(),
                move.side().isAll() ? null : move.side().hosts(),
                move.side().since().map(Instant::toString).orElse(null));
    }

    private static Optional<RebalanceStatus> previous(Rebalance resource) {
        return Optional.ofNullable(resource.getStatus());
    }

    private static String seconds(Instant now) {
        return now.truncatedTo(ChronoUnit.SECONDS).toString();
    }
}
