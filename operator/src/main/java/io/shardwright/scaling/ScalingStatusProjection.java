package io.shardwright.scaling;

import io.shardwright.crds.HistoryLine;
import io.shardwright.crds.HoldStatus;
import io.shardwright.crds.LeavingHostStatus;
import io.shardwright.crds.LeavingPhase;
import io.shardwright.crds.LeavingShardPhase;
import io.shardwright.crds.LeavingShardStatus;
import io.shardwright.crds.ScalingStatus;
import io.shardwright.plan.Holds;
import io.shardwright.plan.Outcome;
import io.shardwright.plan.Summaries;
import io.shardwright.scaling.ScalingObserved.Answer;
import io.shardwright.topology.Host;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Tells users, and the other reconcilers, who leaves and how far each is. */
final class ScalingStatusProjection {
    private static final int HISTORY = 20;

    private ScalingStatusProjection() {}

    /** @param previous null before the first */
    static ScalingStatus project(
            ScalingStatus previous,
            ScalingIntent intent,
            ScalingObserved observed,
            ScalingDecision decision,
            Spells<Host> quiet,
            Spells<Integer> quietShards,
            List<Outcome<ScalingAction>> outcomes,
            Instant now) {
        var leaving = decision.departures().entrySet().stream()
                .map(entry -> new LeavingHostStatus(
                        entry.getKey().name(),
                        entry.getKey().shard(),
                        entry.getKey().replica(),
                        entry.getValue().phase(),
                        entry.getValue().since().truncatedTo(ChronoUnit.SECONDS).toString(),
                        quiet.of(entry.getKey())
                                .map(spell -> spell.since().toString())
                                .orElse(null),
                        quiet.of(entry.getKey())
                                .map(spell -> spell.seen().toString())
                                .orElse(null),
                        message(entry.getKey().name(), decision, outcomes)))
                .toList();
        var shards = decision.shardDepartures().entrySet().stream()
                .map(entry -> new LeavingShardStatus(
                        entry.getKey(),
                        entry.getValue().phase(),
                        most(entry.getKey(), observed, Answer.Said::rows),
                        most(entry.getKey(), observed, Answer.Said::bytes),
                        entry.getValue().since().truncatedTo(ChronoUnit.SECONDS).toString(),
                        quietShards
                                .of(entry.getKey())
                                .map(spell -> spell.since().toString())
                                .orElse(null),
                        quietShards
                                .of(entry.getKey())
                                .map(spell -> spell.seen().toString())
                                .orElse(null),
                        message(intent.cluster().shardName(entry.getKey()), decision, outcomes)))
                .toList();
        return new ScalingStatus(
                Summaries.brief(summary(leaving, shards)),
                reversible(leaving, shards),
                leaving,
                shards,
                balancedShards(observed, decision, outcomes),
                history(previous, decision, now),
                Holds.project(
                        previous == null ? List.<HoldStatus>of() : previous.holds(),
                        decision.plan().holds(),
                        now));
    }

    private static String message(String subject, ScalingDecision decision, List<Outcome<ScalingAction>> outcomes) {
        var failures = Outcome.failed(outcomes)
                .filter(failed -> failed.action().subject().equals(subject))
                .map(Outcome.Failed::told);
        var holds = decision.plan().holds().stream()
                .filter(hold -> hold.subject().equals(subject))
                .map(hold -> hold.message());
        return Stream.concat(failures, holds).findFirst().orElse(null);
    }

    /** Of the fullest replica; unknown while one of them does not say. */
    private static Long most(int shard, ScalingObserved observed, ToLongFunction<Answer.Said> amount) {
        var answers = observed.hostsOf(shard).stream()
                .map(host -> observed.answers().get(host))
                .toList();
        if (answers.isEmpty() || !answers.stream().allMatch(Answer.Said.class::isInstance)) {
            return null;
        }
        OptionalLong most =
                answers.stream().map(Answer.Said.class::cast).mapToLong(amount).max();
        return most.getAsLong();
    }

    private static String summary(List<LeavingHostStatus> leaving, List<LeavingShardStatus> shards) {
        if (leaving.isEmpty() && shards.isEmpty()) {
            return "Converged";
        }
        return Stream.concat(
                        shards.stream().map(shard -> "shard " + shard.shard() + " leaves: " + shard.phase()),
                        leaving.stream().map(host -> host.name() + " leaves: " + host.phase()))
                .collect(Collectors.joining(", "));
    }

    private static String reversible(List<LeavingHostStatus> leaving, List<LeavingShardStatus> shards) {
        var kept = Stream.concat(
                        shards.stream()
                                .filter(shard -> shard.phase() != LeavingShardPhase.Dropping)
                                .map(shard -> "shard " + shard.shard()),
                        leaving.stream()
                                .filter(host -> host.phase().compareTo(LeavingPhase.Dropping) < 0)
                                .map(LeavingHostStatus::name))
                .toList();
        if (!kept.isEmpty()) {
            return "setting spec.shards and spec.replicas back keeps " + String.join(", ", kept);
        }
        return leaving.isEmpty() && shards.isEmpty() ? null : "nothing: what leaves is being dropped, or is";
    }

    /** What was not done in the end is tried again. */
    private static Integer balancedShards(
            ScalingObserved observed, ScalingDecision decision, List<Outcome<ScalingAction>> outcomes) {
        boolean failed =
                Outcome.failed(outcomes).anyMatch(outcome -> outcome.action() instanceof ScalingAction.CreateRebalance);
        return (failed ? observed.balancedShards() : decision.balancedShards()).orElse(null);
    }

    private static List<HistoryLine> history(ScalingStatus previous, ScalingDecision decision, Instant now) {
        var at = now.truncatedTo(ChronoUnit.SECONDS).toString();
        var lines = new ArrayList<HistoryLine>();
        decision.milestones()
                .forEach(milestone -> lines.add(new HistoryLine(at, milestone.what(), milestone.verified())));
        Optional.ofNullable(previous)
                .map(ScalingStatus::history)
                .filter(Objects::nonNull)
                .ifPresent(lines::addAll);
        return List.copyOf(lines.subList(0, Math.min(HISTORY, lines.size())));
    }
}
