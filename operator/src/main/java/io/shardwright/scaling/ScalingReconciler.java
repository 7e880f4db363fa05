package io.shardwright.scaling;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.javaoperatorsdk.operator.api.config.informer.InformerEventSourceConfiguration;
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
import io.shardwright.crds.Rebalance;
import io.shardwright.crds.ScalingStatus;
import io.shardwright.crds.Shard;
import io.shardwright.keeper.Keeper;
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

/** Lets shards and replicas go that are no longer asked for, and has the data spread over those that came. */
@ControllerConfiguration(name = ScalingReconciler.NAME)
public final class ScalingReconciler implements Reconciler<ClickHouseCluster> {
    public static final String NAME = "scaling";

    /** How soon to look again while someone leaves: servers cannot be watched. */
    private static final Duration SOON = Duration.ofSeconds(1);

    private final ScalingObserver observer;
    private final ScalingExecutor executor;

    private final Journal journal;
    private final String dnsDomain;
    private final Clock clock;

    /** @param dnsDomain DNS domain of the Kubernetes cluster */
    public ScalingReconciler(
            KubernetesClient client,
            Servers servers,
            KubeWriter writer,
            Keeper keeper,
            Journal journal,
            String dnsDomain,
            Clock clock) {
        var replicas = new Replicas(servers, keeper);
        this.observer = new ScalingObserver(client, servers, replicas);
        this.executor = new ScalingExecutor(writer, servers, replicas);
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

    @Override
    public ErrorStatusUpdateControl<ClickHouseCluster> updateErrorStatus(
            ClickHouseCluster resource, Context<ClickHouseCluster> context, Exception e) {
        return StatusPatch.unlessGone(resource, e);
    }

    private UpdateControl<ClickHouseCluster> reconcile(
            ClickHouseCluster resource, ClusterIntent cluster, Context<ClickHouseCluster> context) {
        var intent = ScalingParser.parse(resource, cluster);
        var previous = Optional.ofNullable(resource.getStatus()).map(ClickHouseClusterStatus::scaling);
        var quiet = Spells.ofHosts(previous.orElse(null), cluster.ref());
        var quietShards = Spells.ofShards(previous.orElse(null));
        var asked = clock.instant();
        var observed =
                observer.observe(resource, intent, cluster, quiet.since(asked), quietShards.since(asked), context);
        var now = clock.instant();
        var decision = ScalingPlanner.plan(intent, observed, now);
        var outcomes = ActionRunner.run(decision.plan().actions(), action -> executor.execute(action, cluster));
        var status = ScalingStatusProjection.project(
                previous.orElse(null),
                intent,
                observed,
                decision,
                quiet.after(decision.quiet(), now),
                quietShards.after(decision.quietShards(), now),
                outcomes,
                clock.instant());
        journal.record(resource, previous.map(ScalingStatus::holds).orElse(List.of()), status.holds(), outcomes);
        var update = StatusPatch.write(
                resource,
                previous.map(ClickHouseClusterStatus::of).orElse(null),
                ClickHouseClusterStatus.of(status),
                ClickHouseCluster::new,
                context);
        return isSettled(decision) ? update : update.rescheduleAfter(SOON);
    }

    private static boolean isSettled(ScalingDecision decision) {
        return decision.plan().converged()
                && decision.departures().isEmpty()
                && decision.shardDepartures().isEmpty();
    }

    @Override
    public List<EventSource<?, ClickHouseCluster>> prepareEventSources(EventSourceContext<ClickHouseCluster> context) {
        return List.of(owned(Shard.class, context), owned(Rebalance.class, context));
    }

    private static <T extends HasMetadata> InformerEventSource<T, ClickHouseCluster> owned(
            Class<T> kind, EventSourceContext<ClickHouseCluster> context) {
        return new InformerEventSource<>(
                InformerEventSourceConfiguration.from(kind, ClickHouseCluster.class)
                        .withLabelSelector(ScalingObserver.labels())
                        .build(),
                context);
    }
}
