package io.shardwright.replacement;

import static io.shardwright.crds.ReplacementPhase.InService;

import io.shardwright.crds.FetchLimitStatus;
import io.shardwright.crds.HistoryLine;
import io.shardwright.crds.HoldStatus;
import io.shardwright.crds.ReplaceRequestStatus;
import io.shardwright.crds.ReplacementHostStatus;
import io.shardwright.crds.ReplacementPhase;
import io.shardwright.crds.ReplacementStatus;
import io.shardwright.crds.UnrestoredStatus;
import io.shardwright.holdings.HostContents;
import io.shardwright.holdings.QuietSpell;
import io.shardwright.plan.Amounts;
import io.shardwright.plan.Holds;
import io.shardwright.plan.Outcome;
import io.shardwright.replacement.ReplacementAction.Restore;
import io.shardwright.replacement.ReplacementIntent.Request;
import io.shardwright.replacement.ReplacementObserved.Recorded;
import io.shardwright.replacement.ReplacementObserved.Volume;
import io.shardwright.topology.Host;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
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
                verdicts.values().stream()
                        .flatMap(verdict -> unrestored(verdict, before, outcomes, now).stream())
                        .toList(),
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
                .filter(failed -> !(failed.action() instanceof Restore) || verdict.phase() != InService)
                .map(Outcome.Failed::told)
                .findFirst();
        boolean isAdmitted = verdict.phase() != InService || failure.isEmpty();
        var phase = isAdmitted
                ? verdict.phase()
                : old.map(ReplacementHostStatus::phase).orElse(ReplacementPhase.Starting);
        var reason = isAdmitted ? verdict.reason() : "Failed";
        var since = old.filter(host -> phase == host.phase() && FetchPacing.isTheSame(reason, host.reason()))
                .map(ReplacementHostStatus::since)
                .orElseGet(() -> now.truncatedTo(ChronoUnit.SECONDS).toString());
        var quiet = Optional.of(verdict)
                .filter(Verdict::quiet)
                .map(any ->
                        QuietSpell.after(old.flatMap(host -> QuietSpell.of(host.quietSince(), host.quietSeen())), now));
        var limit = limit(verdict, outcomes);
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
                progress.flatMap(some -> left(some, limit, Instant.parse(since), now))
                        .orElse(null),
                quiet.map(spell -> spell.since().toString()).orElse(null),
                quiet.map(spell -> spell.seen().toString()).orElse(null),
                limit.map(some -> new FetchLimitStatus(
                                some.bytesPerSecond(), some.since().toString(), some.bytes()))
                        .orElse(null));
    }

    private static int percent(Verdict.Progress progress) {
        return (int) Math.min(WHOLE, progress.bytes() * WHOLE / progress.total());
    }

    /** It stands there until all queues were started. */
    static Optional<FetchLimit> limit(Verdict verdict, List<Outcome<ReplacementAction>> outcomes) {
        return verdict.pace()
                .filter(pace -> !pace.isOver()
                        || !outcomes.contains(
                                new Outcome.Done<ReplacementAction>(new ReplacementAction.StartQueues(verdict.host()))))
                .map(FetchPacing.Pace::limit);
    }

    /** At the pace since it began, or as its limit allows. */
    private static Optional<String> left(
            Verdict.Progress progress, Optional<FetchLimit> limit, Instant since, Instant now) {
        return Stream.concat(
                        left(progress, since, now).stream(),
                        limit.map(some -> some.until(progress.total(), now)).stream())
                .max(Comparator.naturalOrder())
                .map(Amounts::duration);
    }

    private static Optional<Duration> left(Verdict.Progress progress, Instant since, Instant now) {
        long elapsed = Duration.between(since, now).toSeconds();
        long rest = Math.max(0, progress.total() - progress.bytes());
        return elapsed < 1 || progress.bytes() <= 0
                ? Optional.empty()
                : Optional.of(Duration.ofSeconds(Math.round((double) rest * elapsed / progress.bytes())));
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
        return recorded.done() || isRenewed && verdict.isWhole();
    }

    /** Of a volume that goes nothing is remembered; while a host's peers are not compared, all is. */
    private static List<UnrestoredStatus> unrestored(
            Verdict verdict,
            Optional<ReplacementStatus> previous,
            List<Outcome<ReplacementAction>> outcomes,
            Instant now) {
        if (verdict.phase() == ReplacementPhase.Lost || verdict.phase() == ReplacementPhase.Replacing) {
            return List.of();
        }
        var unrestored = new TreeMap<String, UnrestoredStatus>();
        unrestoredOf(previous.orElse(null), verdict.host())
                .filter(old ->
                        verdict.lacking().isEmpty() || verdict.lacking().get().contains(old.object()))
                .forEach(old -> unrestored.put(old.object(), old));
        var time = now.truncatedTo(ChronoUnit.SECONDS).toString();
        for (var outcome : outcomes) {
            if (outcome.action() instanceof Restore restore && restore.host().equals(verdict.host())) {
                var old = Optional.ofNullable(unrestored.remove(restore.object()));
                if (outcome instanceof Outcome.Failed<ReplacementAction> failed) {
                    unrestored.put(
                            restore.object(),
                            new UnrestoredStatus(
                                    restore.host().name(),
                                    restore.object(),
                                    failed.told(),
                                    old.map(UnrestoredStatus::since).orElse(time),
                                    time));
                }
            }
        }
        return List.copyOf(unrestored.values());
    }

    static Stream<UnrestoredStatus> unrestoredOf(ReplacementStatus status, Host host) {
        return status == null || status.unrestored() == null
                ? Stream.empty()
                : status.unrestored().stream().filter(some -> host.name().equals(some.host()));
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
