package io.shardwright.shard;

import io.shardwright.clickhouse.HostSnapshot;
import io.shardwright.crds.ReplacementHostStatus;
import io.shardwright.crds.ReplacementStatus;
import io.shardwright.crds.Shard;
import io.shardwright.crds.ShardHostStatus;
import io.shardwright.crds.ShardStatus;
import io.shardwright.plan.Amounts;
import io.shardwright.plan.Conditions;
import io.shardwright.plan.Conditions.Finding;
import io.shardwright.plan.Holds;
import io.shardwright.plan.Outcome;
import io.shardwright.plan.Plan;
import io.shardwright.plan.Rejection;
import io.shardwright.plan.Summaries;
import io.shardwright.shard.ShardObserved.Answer;
import io.shardwright.shard.ShardObserved.PodState;
import io.shardwright.topology.Host;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Tells users how a shard is. */
final class ShardStatusProjection {
    private ShardStatusProjection() {}

    static ShardStatus rejected(Shard resource, String message, Instant now) {
        var previous = Optional.ofNullable(resource.getStatus());
        var rejection =
                Rejection.of(resource, previous.map(ShardStatus::conditions).orElse(null), message, now);
        return new ShardStatus(
                rejection.generation(),
                previous.map(ShardStatus::replicas).orElse(null),
                0,
                null,
                null,
                rejection.summary(),
                List.of(),
                rejection.conditions(),
                List.of(),
                null);
    }

    static ShardStatus project(
            Shard resource,
            ShardIntent intent,
            ShardObserved observed,
            Plan<ShardAction> plan,
            List<Outcome<ShardAction>> outcomes,
            Instant now) {
        var generation = resource.getMetadata().getGeneration();
        var previous = Optional.ofNullable(resource.getStatus());
        var replacement = previous.map(ShardStatus::replacement);
        var hosts = intent.hosts().stream()
                .map(host -> hostStatus(host, intent, observed, replacement))
                .toList();
        // One that leaves is out of service on purpose.
        var leaving = intent.hosts().stream()
                .filter(intent.cluster().leaving()::isFenced)
                .map(Host::name)
                .collect(Collectors.toSet());
        var staying =
                hosts.stream().filter(host -> !leaving.contains(host.name())).toList();
        int ready = (int) staying.stream().filter(ShardHostStatus::ready).count();
        boolean allReady = ready == staying.size();
        var waiting = staying.stream()
                .filter(host -> !host.ready())
                .map(host -> host.name() + ": " + host.message())
                .findFirst();
        var problem = problem(intent, observed, outcomes, replacement);
        var bytes = bytes(hosts, previous);
        return new ShardStatus(
                generation,
                ready + "/" + staying.size(),
                ready,
                bytes,
                Amounts.bytes(bytes),
                Summaries.brief(problem.or(() -> waiting).orElse("Ready")),
                hosts,
                Conditions.of(
                        previous.map(ShardStatus::conditions).orElse(null),
                        generation,
                        now,
                        allReady
                                ? Finding.yes("AllReplicasReady", "every replica is ready")
                                : Finding.no(
                                        "ReplicasNotReady",
                                        problem.or(() -> waiting).orElse("")),
                        plan.actions().isEmpty() && allReady
                                ? Finding.no("Converged", "nothing is left to do")
                                : Finding.yes("Reconciling", waiting.orElse("applying changes")),
                        problem.map(message -> Finding.yes("Attention", message))
                                .orElseGet(() -> Finding.no("AsExpected", "nothing is wrong"))),
                Holds.project(previous.map(ShardStatus::holds).orElse(null), plan.holds(), now),
                null);
    }

    private static ShardHostStatus hostStatus(
            Host host, ShardIntent intent, ShardObserved observed, Optional<ReplacementStatus> replacement) {
        var readiness = HostReadiness.of(host, intent, observed);
        var pod = Optional.ofNullable(observed.pods().get(host));
        var said = observed.answers().get(host) instanceof Answer.Said(var snapshot)
                ? Optional.of(snapshot)
                : Optional.<HostSnapshot>empty();
        return new ShardHostStatus(
                host.name(),
                pod.map(PodState::node).orElse(null),
                pod.map(PodState::address).filter(address -> !address.isEmpty()).orElse(null),
                readiness.isReady(),
                said.map(snapshot -> snapshot.version()).orElse(null),
                said.map(snapshot -> snapshot.bytes()).orElse(null),
                readiness
                        .missing()
                        .map(missing -> missing.equals(HostReadiness.NOT_IN_SERVICE)
                                ? whyNotInService(host, replacement).orElse(missing)
                                : missing)
                        .orElse(null));
    }

    private static Optional<String> whyNotInService(Host host, Optional<ReplacementStatus> replacement) {
        return replacement.map(ReplacementStatus::hosts).stream()
                .flatMap(List::stream)
                .filter(told -> host.name().equals(told.name()) && told.message() != null)
                .map(ReplacementHostStatus::message)
                .findFirst();
    }

    /** The fullest replica's; while none answers, what was known last. */
    private static long bytes(List<ShardHostStatus> hosts, Optional<ShardStatus> previous) {
        return hosts.stream()
                .map(ShardHostStatus::bytes)
                .filter(Objects::nonNull)
                .max(Long::compare)
                .or(() -> previous.map(ShardStatus::bytes))
                .orElse(0L);
    }

    /** What a replacement is held by is loud here too: it may be the last good copy of something. */
    private static Optional<String> problem(
            ShardIntent intent,
            ShardObserved observed,
            List<Outcome<ShardAction>> outcomes,
            Optional<ReplacementStatus> replacement) {
        var held = replacement.map(ReplacementStatus::holds).stream()
                .flatMap(List::stream)
                .map(hold -> hold.subject() + ": " + hold.message());
        var broken = intent.hosts().stream()
                .filter(host -> HostReadiness.of(host, intent, observed).broken())
                .map(host -> host.name() + ": "
                        + HostReadiness.of(host, intent, observed).missing().orElseThrow());
        return Stream.of(Outcome.failed(outcomes).map(Outcome.Failed::told), held, broken)
                .flatMap(Function.identity())
                .findFirst();
    }
}
