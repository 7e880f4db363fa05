package io.shardwright.replacement;

import io.shardwright.crds.HistoryLine;
import io.shardwright.crds.HoldStatus;
import io.shardwright.crds.ReplaceRequestStatus;
import io.shardwright.crds.ReplacementHostStatus;
import io.shardwright.crds.ReplacementPhase;
import io.shardwright.crds.ReplacementStatus;
import io.shardwright.holdings.HostContents;
import io.shardwright.plan.Amounts;
import io.shardwright.plan.Holds;
import io.shardwright.plan.Outcome;
import io.shardwright.replacement.ReplacementIntent.Request;
import io.shardwright.replacement.ReplacementObserved.Recorded;
import io.shardwright.replacement.ReplacementObserved.Volume;
import io.shardwright.topology.Host;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Tells users which hosts serve, and how far the others are. */
final class ReplacementStatusProjection {
    /** History is bounded; events and logs have the rest. */
    private static final int REMEMBERED = 20;

    private static final int WHOLE = 100;

    private ReplacementStatusProjection() {}

    static ReplacementStatus project(
            ReplacementStatus previous,
            ReplacementIntent intent,
            ReplacementObserved observed,
            Map<Host, Verdict> verdicts,
            List<Outcome<ReplacementAction>> outcomes,
            Instant now) {
        var before = Optional.ofNullable(previous);
        return new ReplacementStatus(
                verdicts.values().stream()
                        .map(verdict -> host(verdict, before, outcomes, now))
                        .toList(),
                intent.requests().stream()
                        .flatMap(request -> request(request, intent, observed, verdicts).stream())
                        .toList(),
                history(before.map(ReplacementStatus::history).orElse(null), verdicts, now),
                Holds.project(
                        before.map(ReplacementStatus::holds).orElse(null),
                        ReplacementPlanner.plan(verdicts).holds(),
                        now));
    }

    static List<HoldStatus> holdsOf(ReplacementStatus status) {
        return status == null || status.holds() == null ? List.of() : status.holds();
    }

    private static ReplacementHostStatus host(
            Verdict verdict,
            Optional<ReplacementStatus> previous,
            List<Outcome<ReplacementAction>> outcomes,
            Instant now) {
        var name = verdict.host().name();
        var old = previous.stream()
                .flatMap(status -> Stream.ofNullable(status.hosts()).flatMap(List::stream))
                .filter(host -> name.equals(host.name()))
                .findFirst();
        var failure = Outcome.failed(outcomes)
                .filter(failed -> failed.action().host().equals(verdict.host()))
                .map(Outcome.Failed::told)
                .findFirst();
        boolean isAdmitted = verdict.phase() != ReplacementPhase.InService || failure.isEmpty();
        var phase = isAdmitted
                ? verdict.phase()
                : old.map(ReplacementHostStatus::phase).orElse(ReplacementPhase.Starting);
        var reason = isAdmitted ? verdict.reason() : "Failed";
        var since = old.filter(host -> phase == host.phase() && reason.equals(host.reason()))
                .map(ReplacementHostStatus::since)
                .orElseGet(() -> now.truncatedTo(ChronoUnit.SECONDS).toString());
        var progress = verdict.progress().filter(some -> some.total() > 0);
        return new ReplacementHostStatus(
                name,
                phase,
                reason,
                failure.orElse(verdict.message().isEmpty() ? null : verdict.message()),
                since,
                progress.map(Verdict.Progress::bytes).orElse(null),
                progress.map(Verdict.Progress::total).orElse(null),
                progress.map(ReplacementStatusProjection::percent).orElse(null),
                progress.flatMap(some -> left(some, Instant.parse(since), now)).orElse(null));
    }

    private static int percent(Verdict.Progress progress) {
        return (int) Math.min(WHOLE, progress.bytes() * WHOLE / progress.total());
    }

    /** At the pace since it began. */
    private static Optional<String> left(Verdict.Progress progress, Instant since, Instant now) {
        long elapsed = Duration.between(since, now).toSeconds();
        long rest = Math.max(0, progress.total() - progress.bytes());
        return elapsed < 1 || progress.bytes() <= 0
                ? Optional.empty()
                : Optional.of(
                        Amounts.duration(Duration.ofSeconds(Math.round((double) rest * elapsed / progress.bytes()))));
    }

    /** Which volume is meant is recorded before anything is done about it. */
    private static Optional<ReplaceRequestStatus> request(
            Request request, ReplacementIntent intent, ReplacementObserved observed, Map<Host, Verdict> verdicts) {
        var host = new Host(intent.cluster().ref(), intent.shard(), request.replica());
        if (!verdicts.containsKey(host)) {
            return Optional.empty();
        }
        var recorded = Optional.ofNullable(observed.recorded().get(request.replica()));
        var volume = recorded.map(Recorded::volume)
                .or(() -> observed.volumes().get(host) instanceof Volume.Claimed claimed
                        ? Optional.of(claimed.claim())
                        : Optional.empty());
        return volume.map(uid -> new ReplaceRequestStatus(
                request.replica(),
                uid,
                recorded.filter(old -> isDone(old, observed, verdicts.get(host)))
                        .isPresent()));
    }

    /** It serves, and what it has is not on the volume that was meant, or has come there anew. */
    static boolean isDone(Recorded recorded, ReplacementObserved observed, Verdict verdict) {
        var host = verdict.host();
        boolean isRenewed = observed.before(host).isIncomplete()
                || observed.before(host).hasRemains()
                || observed.contents(host).filter(HostContents::isEmpty).isPresent()
                || observed.volumes().get(host) instanceof Volume.Claimed claimed
                        && !claimed.claim().equals(recorded.volume());
        return recorded.done() || isRenewed && verdict.isSettled();
    }

    private static List<HistoryLine> history(List<HistoryLine> previous, Map<Host, Verdict> verdicts, Instant now) {
        var history = new ArrayList<HistoryLine>(previous == null ? List.of() : previous);
        verdicts.values().stream()
                .flatMap(verdict -> verdict.note().stream())
                .map(note ->
                        new HistoryLine(now.truncatedTo(ChronoUnit.SECONDS).toString(), note.what(), note.verified()))
                .forEach(history::add);
        return List.copyOf(history.subList(Math.max(0, history.size() - REMEMBERED), history.size()));
    }
}
