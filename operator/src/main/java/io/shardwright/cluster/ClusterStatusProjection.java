package io.shardwright.cluster;

import io.shardwright.cluster.ClusterObserved.CoordinationState;
import io.shardwright.crds.ClickHouseCluster;
import io.shardwright.crds.ClickHouseClusterStatus;
import io.shardwright.crds.Shard;
import io.shardwright.crds.ShardMembers;
import io.shardwright.plan.Amounts;
import io.shardwright.plan.Conditions;
import io.shardwright.plan.Conditions.Finding;
import io.shardwright.plan.Holds;
import io.shardwright.plan.Outcome;
import io.shardwright.plan.Plan;
import io.shardwright.plan.Rejection;
import io.shardwright.plan.Summaries;
import io.shardwright.topology.ClusterIntent;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/** Tells users how a cluster is. */
final class ClusterStatusProjection {
    private ClusterStatusProjection() {}

    static ClickHouseClusterStatus rejected(ClickHouseCluster resource, String message, Instant now) {
        var previous = Optional.ofNullable(resource.getStatus());
        var rejection = Rejection.of(
                resource, previous.map(ClickHouseClusterStatus::conditions).orElse(null), message, now);
        return new ClickHouseClusterStatus(
                rejection.generation(),
                previous.map(ClickHouseClusterStatus::shards).orElse(null),
                previous.map(ClickHouseClusterStatus::replicas).orElse(null),
                previous.map(ClickHouseClusterStatus::layout).orElse(null),
                previous.map(ClickHouseClusterStatus::bytes).orElse(null),
                previous.map(ClickHouseClusterStatus::data).orElse(null),
                rejection.summary(),
                rejection.conditions(),
                List.of(),
                null,
                null);
    }

    static ClickHouseClusterStatus project(
            ClickHouseCluster resource,
            ClusterIntent intent,
            ClusterObserved observed,
            Plan<ClusterAction> plan,
            List<Outcome<ClusterAction>> outcomes,
            Instant now) {
        var previous = Optional.ofNullable(resource.getStatus());
        var progress = Progress.of(intent, observed, plan, outcomes);
        long bytes = observed.shards().stream()
                .map(Shard::getStatus)
                .filter(Objects::nonNull)
                .mapToLong(status -> Objects.requireNonNullElse(status.bytes(), 0L))
                .sum();
        var generation = resource.getMetadata().getGeneration();
        return new ClickHouseClusterStatus(
                generation,
                progress.readyShards() + "/" + progress.shards(),
                progress.readyReplicas() + "/" + progress.replicas(),
                layout(intent, observed),
                bytes,
                Amounts.bytes(bytes),
                Summaries.brief(progress.summary()),
                Conditions.of(
                        previous.map(ClickHouseClusterStatus::conditions).orElse(null),
                        generation,
                        now,
                        progress.ready(),
                        progress.progressing(),
                        progress.degraded()),
                Holds.project(previous.map(ClickHouseClusterStatus::holds).orElse(null), plan.holds(), now),
                null,
                null);
    }

    private static List<ShardMembers> layout(ClusterIntent intent, ClusterObserved observed) {
        return ClusterPlanner.withMembers(intent, observed).layout().members().entrySet().stream()
                .map(shard -> new ShardMembers(shard.getKey(), List.copyOf(shard.getValue())))
                .toList();
    }

    /** How far the cluster is, from which summary and conditions follow. */
    private record Progress(
            long readyShards,
            int shards,
            int readyReplicas,
            int replicas,
            Optional<String> problem,
            Optional<String> waiting) {
        static Progress of(
                ClusterIntent intent,
                ClusterObserved observed,
                Plan<ClusterAction> plan,
                List<Outcome<ClusterAction>> outcomes) {
            var layout = ClusterPlanner.withMembers(intent, observed).layout();
            int staying = (int) layout.hosts().stream()
                    .filter(host -> !intent.leaving().isFenced(host))
                    .count();
            long readyShards =
                    observed.shards().stream().filter(Progress::isReady).count();
            int readyReplicas = observed.shards().stream()
                    .map(Shard::getStatus)
                    .filter(Objects::nonNull)
                    .mapToInt(status -> Objects.requireNonNullElse(status.readyReplicas(), 0))
                    .sum();
            var problem = Stream.<Stream<String>>of(
                            Outcome.failed(outcomes).map(Outcome.Failed::told),
                            failing(observed),
                            plan.holds().stream().map(hold -> hold.subject() + ": " + hold.message()),
                            observed.shards().stream().flatMap(Progress::degradation))
                    .flatMap(Function.identity())
                    .findFirst();
            return new Progress(
                    readyShards,
                    layout.shards().size(),
                    readyReplicas,
                    staying,
                    problem,
                    waiting(observed, plan, readyShards < layout.shards().size()));
        }

        private static Stream<String> failing(ClusterObserved observed) {
            return observed.coordination() instanceof CoordinationState.Failing(var message)
                    ? Stream.of(message)
                    : Stream.empty();
        }

        private static boolean isReady(Shard shard) {
            return shard.getStatus() != null
                    && Conditions.isTrue(
                            shard.getStatus().conditions(),
                            Conditions.READY,
                            shard.getMetadata().getGeneration());
        }

        private static Stream<String> degradation(Shard shard) {
            return shard.getStatus() == null || shard.getStatus().conditions() == null
                    ? Stream.empty()
                    : shard.getStatus().conditions().stream()
                            .filter(condition -> Conditions.DEGRADED.equals(condition.getType())
                                    && "True".equals(condition.getStatus()))
                            .map(condition -> condition.getMessage());
        }

        private static Optional<String> waiting(
                ClusterObserved observed, Plan<ClusterAction> plan, boolean shardsMissing) {
            if (!plan.actions().isEmpty()) {
                return Optional.of("applying configuration");
            }
            if (!(observed.coordination() instanceof CoordinationState.Usable)) {
                return Optional.of("the coordination is starting");
            }
            return shardsMissing ? Optional.of("servers are starting") : Optional.empty();
        }

        String summary() {
            if (problem.isPresent()) {
                return (waiting.isPresent() ? "Waiting: " : "Ready, but: ") + problem.get();
            }
            return waiting.map(what -> "Progressing: " + what).orElse("Ready");
        }

        Finding ready() {
            return waiting.isPresent()
                    ? Finding.no("NotReady", problem.or(() -> waiting).orElseThrow())
                    : Finding.yes("AllReplicasReady", readyReplicas + " of " + replicas + " replicas are ready");
        }

        Finding progressing() {
            return waiting.isPresent()
                    ? Finding.yes("Reconciling", waiting.get())
                    : Finding.no("Converged", "nothing is left to do");
        }

        Finding degraded() {
            return problem.isPresent()
                    ? Finding.yes("Attention", problem.get())
                    : Finding.no("AsExpected", "nothing is wrong");
        }
    }
}
