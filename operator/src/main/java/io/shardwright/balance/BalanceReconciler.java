package io.shardwright.balance;

import io.javaoperatorsdk.operator.api.config.informer.InformerEventSourceConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.ErrorStatusUpdateControl;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;
import io.shardwright.clickhouse.LatestSizes;
import io.shardwright.crds.BalanceStatus;
import io.shardwright.crds.ClickHouseCluster;
import io.shardwright.crds.ClickHouseClusterStatus;
import io.shardwright.crds.Rebalance;
import io.shardwright.crds.RebalancePhase;
import io.shardwright.crds.RebalanceStatus;
import io.shardwright.kube.KubeWriter;
import io.shardwright.kube.StatusPatch;
import io.shardwright.observability.Journal;
import io.shardwright.plan.ActionRunner;
import io.shardwright.topology.ClusterIntent;
import io.shardwright.topology.ClusterParser;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Tells how evenly the shards of a cluster share what it holds, and begins a Rebalance where a user wants that. It asks no server:
 * a pass costs nothing.
 */
@ControllerConfiguration(name = BalanceReconciler.NAME)
public final class BalanceReconciler implements Reconciler<ClickHouseCluster> {
    public static final String NAME = "balance";

    /** What hosts said last cannot be watched. */
    private static final Duration NEXT_LOOK = Duration.ofSeconds(30);

    private final BalanceObserver observer;
    private final BalanceExecutor executor;
    private final Journal journal;
    private final String dnsDomain;
    private final Clock clock;

    /**
     * @param sizes what hosts said when they were looked at
     * @param dnsDomain DNS domain of the Kubernetes cluster
     */
    public BalanceReconciler(LatestSizes sizes, KubeWriter writer, Journal journal, String dnsDomain, Clock clock) {
        this.observer = new BalanceObserver(sizes);
        this.executor = new BalanceExecutor(writer);
        this.journal = journal;
        this.dnsDomain = dnsDomain;
        this.clock = clock;
    }

    @Override
    public UpdateControl<ClickHouseCluster> reconcile(ClickHouseCluster resource, Context<ClickHouseCluster> context) {
        return ClusterParser.wanted(resource, dnsDomain)
                .map(cluster -> reconcile(resource, cluster, context))
                .orElseGet(UpdateControl::noUpdate);
    }

    private UpdateControl<ClickHouseCluster> reconcile(
            ClickHouseCluster resource, ClusterIntent cluster, Context<ClickHouseCluster> context) {
        var now = clock.instant();
        var previous = Optional.ofNullable(resource.getStatus()).map(ClickHouseClusterStatus::balance);
        var intent = BalanceParser.parse(resource, cluster.ref());
        var observed = observer.observe(cluster, context, now);
        var memory = BalanceStatusProjection.memoryOf(previous.orElse(null));
        var decision = BalancePlanner.plan(intent, observed, memory, now);
        var outcomes = ActionRunner.run(decision.plan().actions(), action -> executor.execute(action, cluster));
        var status = BalanceStatusProjection.project(previous.orElse(null), decision, outcomes, now);
        journal.record(resource, previous.map(BalanceStatus::holds).orElse(List.of()), status.holds(), outcomes);
        return StatusPatch.write(
                        resource,
                        previous.map(ClickHouseClusterStatus::of).orElse(null),
                        ClickHouseClusterStatus.of(status),
                        ClickHouseCluster::new,
                        context)
                .rescheduleAfter(NEXT_LOOK);
    }

    @Override
    public ErrorStatusUpdateControl<ClickHouseCluster> updateErrorStatus(
            ClickHouseCluster resource, Context<ClickHouseCluster> context, Exception e) {
        return StatusPatch.unlessGone(resource, e);
    }

    /** How far a Rebalance is makes no difference, only whether it is over. */
    @Override
    public List<EventSource<?, ClickHouseCluster>> prepareEventSources(EventSourceContext<ClickHouseCluster> context) {
        return List.of(new InformerEventSource<>(
                InformerEventSourceConfiguration.from(Rebalance.class, ClickHouseCluster.class)
                        .withSecondaryToPrimaryMapper(BalanceReconciler::clusterOf)
                        .withOnUpdateFilter((now, before) -> !phaseOf(now).equals(phaseOf(before)))
                        .build(),
                context));
    }

    private static Set<ResourceID> clusterOf(Rebalance rebalance) {
        return Set.of(new ResourceID(
                rebalance.getSpec().cluster(), rebalance.getMetadata().getNamespace()));
    }

    private static Optional<RebalancePhase> phaseOf(Rebalance rebalance) {
        return Optional.ofNullable(rebalance.getStatus()).map(RebalanceStatus::phase);
    }
}
