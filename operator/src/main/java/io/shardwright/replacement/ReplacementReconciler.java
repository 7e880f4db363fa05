package io.shardwright.replacement;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.ErrorStatusUpdateControl;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;
import io.shardwright.clickhouse.Servers;
import io.shardwright.crds.ClickHouseCluster;
import io.shardwright.crds.ClickHouseClusterStatus;
import io.shardwright.crds.ReplacementPhase;
import io.shardwright.crds.ReplacementStatus;
import io.shardwright.crds.ScalingStatus;
import io.shardwright.crds.Shard;
import io.shardwright.crds.ShardStatus;
import io.shardwright.keeper.Keeper;
import io.shardwright.kube.HostWriter;
import io.shardwright.kube.ShardLinks;
import io.shardwright.kube.StatusPatch;
import io.shardwright.observability.Journal;
import io.shardwright.plan.ActionRunner;
import io.shardwright.topology.ClusterIntent;
import io.shardwright.topology.Host;
import io.shardwright.topology.Labels;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** Lets hosts into the Services once they have what they should, and makes lost ones anew. */
@ControllerConfiguration(name = ReplacementReconciler.NAME)
public final class ReplacementReconciler implements Reconciler<Shard> {
    public static final String NAME = "replacement";

    private static final String SERVERS = Labels.MANAGED_BY + "=" + Labels.OPERATOR + "," + Labels.SHARD;

    /** The pods of a cluster, in the cache. */
    private static final String BY_CLUSTER = "cluster";

    /** What was just announced in the status is done next. */
    private static final Duration AT_ONCE = Duration.ofMillis(50);

    /** What was just started may be up now. */
    private static final Duration KNOCK_AGAIN = Duration.ofMillis(200);

    /** A server cannot be watched; one that is up is expected to be complete in a moment. */
    private static final Duration SOON = Duration.ofMillis(300);

    /** What takes a while: fetching, a pod that does not come up, a peer that is to return. */
    private static final Duration LATER = Duration.ofSeconds(2);

    /** Something to be tidied up that no replica waits for. */
    private static final Duration RARELY = Duration.ofMinutes(1);

    private static final Set<String> AWAITED = Set.of(
            "Starting",
            "NoAnswer",
            "PeersAway",
            Losses.NODE_AWAY,
            Losses.CRASHING,
            Losses.POD_ENDING,
            Remains.REMAINS,
            OwnRows.PASSING_ON);

    private final ReplacementObserver observer;
    private final ReplacementExecutor executor;
    private final Journal journal;
    private final String dnsDomain;
    private final Clock clock;

    /**
     * @param isUp whether a server answers at an address
     * @param isUsable whether servers may be sent to a cluster's ensemble
     * @param dnsDomain DNS domain of the Kubernetes cluster
     */
    public ReplacementReconciler(
            KubernetesClient client,
            Servers servers,
            Predicate<String> isUp,
            Predicate<ClusterIntent> isUsable,
            HostWriter writer,
            Keeper keeper,
            Journal journal,
            String dnsDomain,
            Clock clock) {
        this.observer = new ReplacementObserver(servers, new VolumeObserver(client)::look, isUp, isUsable);
        this.executor = new ReplacementExecutor(writer, servers, keeper);
        this.journal = journal;
        this.dnsDomain = dnsDomain;
        this.clock = clock;
    }

    @Override
    public UpdateControl<Shard> reconcile(Shard resource, Context<Shard> context) {
        if (resource.getMetadata().getDeletionTimestamp() != null) {
            return UpdateControl.noUpdate();
        }
        return ReplacementParser.parse(resource, context.getSecondaryResource(ClickHouseCluster.class), dnsDomain)
                .map(intent -> reconcile(resource, intent, context))
                .orElseGet(UpdateControl::noUpdate);
    }

    private UpdateControl<Shard> reconcile(Shard resource, ReplacementIntent intent, Context<Shard> context) {
        var before = Optional.ofNullable(resource.getStatus())
                .map(ShardStatus::replacement)
                .orElse(null);
        var observed = observer.observe(intent, before, podsOfCluster(resource, context), clock.instant());
        var verdicts = ReplacementPlanner.judge(intent, observed, clock.instant());
        var outcomes = ActionRunner.run(ReplacementPlanner.plan(verdicts).actions(), executor::execute);
        var status = ReplacementStatusProjection.project(before, intent, observed, verdicts, outcomes, clock.instant());
        journal.record(
                resource,
                ReplacementStatusProjection.holdsOf(before),
                ReplacementStatusProjection.holdsOf(status),
                outcomes);
        var update = StatusPatch.write(resource, of(before), of(status), Shard::new, context);
        return nextLook(observed, verdicts, before, status)
                .map(next -> atItsPace(next, verdicts))
                .map(update::rescheduleAfter)
                .orElse(update);
    }

    private static ShardStatus of(ReplacementStatus status) {
        return status == null ? null : ShardStatus.of(status);
    }

    /** While all serve, only pods and the spec can tell of something new. */
    private static Optional<Duration> nextLook(
            ReplacementObserved observed,
            Map<Host, Verdict> verdicts,
            ReplacementStatus before,
            ReplacementStatus after) {
        if (verdicts.values().stream().anyMatch(verdict -> verdict.note().isPresent()) || isAnnounced(before, after)) {
            return Optional.of(AT_ONCE);
        }
        if (observed.pods().values().stream().anyMatch(pod -> pod.justStarted().isPresent())) {
            return Optional.of(KNOCK_AGAIN);
        }
        if (verdicts.values().stream()
                .anyMatch(verdict -> verdict.phase() == ReplacementPhase.CatchingUp
                        || !verdict.holds().isEmpty() && !canWait(verdict)
                        || AWAITED.contains(verdict.reason()))) {
            return Optional.of(LATER);
        }
        if (verdicts.values().stream()
                .allMatch(verdict -> verdict.isSettled() && verdict.actions().isEmpty())) {
            return Optional.empty();
        }
        return Optional.of(verdicts.values().stream().allMatch(ReplacementReconciler::canWait) ? RARELY : SOON);
    }

    /** It serves, and no reader misses a row. */
    private static boolean canWait(Verdict verdict) {
        return verdict.isWhole() || verdict.reason().equals(Remains.UNKNOWN);
    }

    /** Queues that stand still, or run for a while, wait for nothing else. */
    private static Duration atItsPace(Duration next, Map<Host, Verdict> verdicts) {
        return verdicts.values().stream()
                .flatMap(verdict -> verdict.pace().stream())
                .map(pace -> pace.nextLook().compareTo(AT_ONCE) < 0 ? AT_ONCE : pace.nextLook())
                .reduce(next, (one, other) -> one.compareTo(other) <= 0 ? one : other);
    }

    /** Requests are acted on once they are recorded. */
    private static boolean isAnnounced(ReplacementStatus before, ReplacementStatus after) {
        int recorded = before == null || before.requests() == null
                ? 0
                : before.requests().size();
        return after.requests().size() > recorded;
    }

    private static Map<String, Pod> podsOfCluster(Shard resource, Context<Shard> context) {
        return context.eventSourceRetriever().getEventSourceFor(Pod.class)
                        instanceof InformerEventSource<Pod, Shard> pods
                ? pods
                        .byIndex(
                                BY_CLUSTER,
                                key(
                                        resource.getMetadata().getNamespace(),
                                        resource.getSpec().cluster()))
                        .stream()
                        .collect(Collectors.toMap(
                                pod -> pod.getMetadata().getName(), Function.identity(), (one, other) -> one))
                : Map.of();
    }

    @Override
    public ErrorStatusUpdateControl<Shard> updateErrorStatus(Shard resource, Context<Shard> context, Exception e) {
        return StatusPatch.unlessGone(resource, e);
    }

    @Override
    public List<EventSource<?, Shard>> prepareEventSources(EventSourceContext<Shard> context) {
        return List.of(pods(context), clusters(context));
    }

    private static InformerEventSource<Pod, Shard> pods(EventSourceContext<Shard> context) {
        var pods = new InformerEventSource<>(ShardLinks.pods(SERVERS).build(), context);
        pods.addIndexers(Map.of(
                BY_CLUSTER,
                pod -> List.of(key(
                        pod.getMetadata().getNamespace(),
                        pod.getMetadata().getLabels().get(Labels.CLUSTER)))));
        return pods;
    }

    private static InformerEventSource<ClickHouseCluster, Shard> clusters(EventSourceContext<Shard> context) {
        return new InformerEventSource<>(
                ShardLinks.clusters(context)
                        .withOnUpdateFilter((now, before) -> !now.getMetadata()
                                        .getGeneration()
                                        .equals(before.getMetadata().getGeneration())
                                || !scalingOf(now).equals(scalingOf(before)))
                        .build(),
                context);
    }

    private static Optional<ScalingStatus> scalingOf(ClickHouseCluster cluster) {
        return Optional.ofNullable(cluster.getStatus()).map(ClickHouseClusterStatus::scaling);
    }

    private static String key(String namespace, String name) {
        return namespace + "/" + name;
    }
}
