package io.shardwright.cluster;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.javaoperatorsdk.operator.api.config.informer.Informer;
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
import io.shardwright.cluster.ClusterObserved.CoordinationState;
import io.shardwright.crds.ClickHouseCluster;
import io.shardwright.crds.ClickHouseClusterStatus;
import io.shardwright.crds.HoldStatus;
import io.shardwright.crds.Rebalance;
import io.shardwright.crds.Shard;
import io.shardwright.keeper.Keeper;
import io.shardwright.keeper.UsableRoots;
import io.shardwright.kube.KubeWriter;
import io.shardwright.kube.RecentWrites;
import io.shardwright.kube.StatusPatch;
import io.shardwright.observability.Journal;
import io.shardwright.plan.ActionRunner;
import io.shardwright.plan.Outcome;
import io.shardwright.plan.Parsed;
import io.shardwright.topology.ClusterIntent;
import io.shardwright.topology.ClusterParser;
import io.shardwright.topology.Labels;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/** Keeps what all hosts of a cluster share as its ClickHouseCluster says. */
@ControllerConfiguration(
        name = ClusterReconciler.NAME,
        generationAwareEventProcessing = false,
        informer = @Informer(onUpdateFilter = WhatScalingSays.class))
public final class ClusterReconciler implements Reconciler<ClickHouseCluster> {
    public static final String NAME = "cluster";

    /** What hosts have for themselves is the shard reconciler's, and is cached there. */
    private static final String OF_NO_SHARD = Labels.MANAGED_BY + "=" + Labels.OPERATOR + ",!" + Labels.SHARD;

    /** How soon to look again at what was written, and to ask again what cannot be watched: an ensemble, a Secret that is not the operator's own. */
    private static final Duration RETRY = Duration.ofSeconds(2);

    /** Servers wait until an ensemble is known to be usable. */
    private static final Duration AT_ONCE = Duration.ofMillis(20);

    /** What was just started may be up now. */
    private static final Duration KNOCK_AGAIN = Duration.ofMillis(200);

    private final ClusterObserver observer;
    private final ClusterExecutor executor;
    private final Journal journal;
    private final String dnsDomain;
    private final Clock clock;

    /**
     * @param usable where it is told that an ensemble can be used
     * @param isServing whether the member of an ensemble that has an address serves requests
     * @param dnsDomain DNS domain of the Kubernetes cluster
     */
    public ClusterReconciler(
            KubernetesClient client,
            KubeWriter writer,
            Keeper keeper,
            UsableRoots usable,
            Predicate<String> isServing,
            Journal journal,
            String dnsDomain,
            Clock clock) {
        var writes = new RecentWrites(writer, clock);
        this.observer = new ClusterObserver(client, writes, keeper, usable, isServing, clock);
        this.executor = new ClusterExecutor(writes, keeper);
        this.journal = journal;
        this.dnsDomain = dnsDomain;
        this.clock = clock;
    }

    @Override
    public UpdateControl<ClickHouseCluster> reconcile(ClickHouseCluster resource, Context<ClickHouseCluster> context) {
        if (resource.getMetadata().getDeletionTimestamp() != null) {
            // What it owns is going: nothing may be made anew.
            return UpdateControl.noUpdate();
        }
        return switch (ClusterParser.parse(resource, dnsDomain)) {
            case Parsed.Rejected<ClusterIntent> rejected ->
                write(
                        resource,
                        ClusterStatusProjection.rejected(resource, rejected.message(), clock.instant()),
                        context);
            case Parsed.Accepted<ClusterIntent> accepted -> reconcile(resource, accepted.intent(), context);
        };
    }

    private UpdateControl<ClickHouseCluster> reconcile(
            ClickHouseCluster resource, ClusterIntent intent, Context<ClickHouseCluster> context) {
        var observed = observer.observe(intent, context);
        var plan = ClusterPlanner.plan(intent, observed);
        var outcomes = ActionRunner.run(plan.actions(), executor::execute);
        var status = ClusterStatusProjection.project(resource, intent, observed, plan, outcomes, clock.instant());
        journal.record(resource, holdsOf(resource.getStatus()), status.holds(), outcomes);
        var update = write(resource, status, context);
        return nextLook(observed, outcomes).map(update::rescheduleAfter).orElse(update);
    }

    /** The scaling and the balance reconcilers write into the same status. */
    private static UpdateControl<ClickHouseCluster> write(
            ClickHouseCluster resource, ClickHouseClusterStatus status, Context<ClickHouseCluster> context) {
        var previous =
                resource.getStatus() == null ? null : resource.getStatus().ofClusterAlone();
        return StatusPatch.write(resource, previous, status, ClickHouseCluster::new, context);
    }

    private static Optional<Duration> nextLook(ClusterObserved observed, List<Outcome<ClusterAction>> outcomes) {
        boolean isRootMade = outcomes.stream()
                .anyMatch(outcome -> outcome instanceof Outcome.Done<ClusterAction>(var action)
                        && action instanceof ClusterAction.CreateCoordinationRoot);
        if (isRootMade) {
            return Optional.of(AT_ONCE);
        }
        if (observed.coordination() instanceof CoordinationState.Starting(boolean isAlmostUp) && isAlmostUp) {
            return Optional.of(KNOCK_AGAIN);
        }
        boolean mustLookAgain = !(observed.coordination() instanceof CoordinationState.Usable)
                || !observed.unusableSecrets().isEmpty()
                || Outcome.mustLookAgain(outcomes);
        return mustLookAgain ? Optional.of(RETRY) : Optional.empty();
    }

    @Override
    public ErrorStatusUpdateControl<ClickHouseCluster> updateErrorStatus(
            ClickHouseCluster resource, Context<ClickHouseCluster> context, Exception e) {
        return StatusPatch.unlessGone(resource, e);
    }

    @Override
    public List<EventSource<?, ClickHouseCluster>> prepareEventSources(EventSourceContext<ClickHouseCluster> context) {
        return List.of(
                owned(ConfigMap.class, context),
                owned(Secret.class, context),
                owned(Service.class, context),
                owned(StatefulSet.class, context),
                owned(PodDisruptionBudget.class, context),
                owned(Shard.class, context),
                rebalances(context),
                claims(context),
                coordinationPods(context));
    }

    private static <T extends HasMetadata> InformerEventSource<T, ClickHouseCluster> owned(
            Class<T> kind, EventSourceContext<ClickHouseCluster> context) {
        return new InformerEventSource<>(
                InformerEventSourceConfiguration.from(kind, ClickHouseCluster.class)
                        .withLabelSelector(OF_NO_SHARD)
                        .build(),
                context);
    }

    /** While a partition changes shards, servers may have to read from some of their replicas only. */
    private static InformerEventSource<Rebalance, ClickHouseCluster> rebalances(
            EventSourceContext<ClickHouseCluster> context) {
        return new InformerEventSource<>(
                InformerEventSourceConfiguration.from(Rebalance.class, ClickHouseCluster.class)
                        .withSecondaryToPrimaryMapper(rebalance -> Set.of(new ResourceID(
                                rebalance.getSpec().cluster(),
                                rebalance.getMetadata().getNamespace())))
                        .withOnUpdateFilter(new ReadSides())
                        .build(),
                context);
    }

    /** Pods are owned by their StatefulSet; their labels tell the cluster. */
    private static InformerEventSource<Pod, ClickHouseCluster> coordinationPods(
            EventSourceContext<ClickHouseCluster> context) {
        return new InformerEventSource<>(
                InformerEventSourceConfiguration.from(Pod.class, ClickHouseCluster.class)
                        .withLabelSelector(Labels.COMPONENT + "=" + Labels.Component.coordination)
                        .withSecondaryToPrimaryMapper(ClusterReconciler::clusterOf)
                        .build(),
                context);
    }

    private static Set<ResourceID> clusterOf(HasMetadata labelled) {
        var metadata = labelled.getMetadata();
        return Set.of(new ResourceID(metadata.getLabels().get(Labels.CLUSTER), metadata.getNamespace()));
    }

    /** Claims have no owner while volumes are kept: they are known by their labels. */
    private static InformerEventSource<PersistentVolumeClaim, ClickHouseCluster> claims(
            EventSourceContext<ClickHouseCluster> context) {
        return new InformerEventSource<>(
                InformerEventSourceConfiguration.from(PersistentVolumeClaim.class, ClickHouseCluster.class)
                        .withLabelSelector(Labels.MANAGED_BY + "=" + Labels.OPERATOR)
                        .withSecondaryToPrimaryMapper(ClusterReconciler::clusterOf)
                        .build(),
                context);
    }

    private static List<HoldStatus> holdsOf(ClickHouseClusterStatus status) {
        return status == null ? List.of() : status.holds();
    }
}
