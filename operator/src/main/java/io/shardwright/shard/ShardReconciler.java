package io.shardwright.shard;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.javaoperatorsdk.operator.api.config.informer.InformerEventSourceConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.ErrorStatusUpdateControl;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;
import io.shardwright.clickhouse.LatestSizes;
import io.shardwright.clickhouse.Servers;
import io.shardwright.crds.ClickHouseCluster;
import io.shardwright.crds.HoldStatus;
import io.shardwright.crds.Shard;
import io.shardwright.crds.ShardStatus;
import io.shardwright.crds.Table;
import io.shardwright.crds.TableStatus;
import io.shardwright.kube.KubeWriter;
import io.shardwright.kube.RecentWrites;
import io.shardwright.kube.ShardLinks;
import io.shardwright.kube.StatusPatch;
import io.shardwright.observability.Journal;
import io.shardwright.plan.ActionRunner;
import io.shardwright.plan.Outcome;
import io.shardwright.plan.Parsed;
import io.shardwright.topology.Labels;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Keeps the hosts of a shard as its cluster says. */
@ControllerConfiguration(name = ShardReconciler.NAME)
public final class ShardReconciler implements Reconciler<Shard> {
    public static final String NAME = "shard";

    private static final String MANAGED = Labels.MANAGED_BY + "=" + Labels.OPERATOR;

    /** How soon to ask a server again that answers but is not ready: a server cannot be watched. */
    private static final Duration SOON = Duration.ofMillis(500);

    /** How soon to look again at what was written, and to try again what failed and may succeed. */
    private static final Duration RETRY = Duration.ofSeconds(2);

    /** How often to ask a server of which nothing is expected, so that what goes wrong by itself is seen. */
    private static final Duration SOMETIMES = Duration.ofSeconds(30);

    private final ShardObserver observer;
    private final ShardExecutor executor;
    private final LatestSizes sizes;
    private final Journal journal;
    private final String dnsDomain;
    private final Clock clock;

    /**
     * @param sizes where it is left how much each host holds
     * @param dnsDomain DNS domain of the Kubernetes cluster
     */
    public ShardReconciler(
            Servers servers, KubeWriter writer, LatestSizes sizes, Journal journal, String dnsDomain, Clock clock) {
        var writes = new RecentWrites(writer, clock);
        this.observer = new ShardObserver(servers, writes);
        this.executor = new ShardExecutor(writes, servers);
        this.sizes = sizes;
        this.journal = journal;
        this.dnsDomain = dnsDomain;
        this.clock = clock;
    }

    @Override
    public UpdateControl<Shard> reconcile(Shard resource, Context<Shard> context) {
        if (resource.getMetadata().getDeletionTimestamp() != null) {
            // What it owns is going: nothing may be made anew.
            return UpdateControl.noUpdate();
        }
        var cluster = context.getSecondaryResource(ClickHouseCluster.class);
        return switch (ShardParser.parse(resource, cluster, dnsDomain)) {
            case Parsed.Rejected<ShardIntent> rejected ->
                StatusPatch.write(
                        resource,
                        ownStatus(resource),
                        ShardStatusProjection.rejected(resource, rejected.message(), clock.instant()),
                        Shard::new,
                        context);
            case Parsed.Accepted<ShardIntent> accepted -> reconcile(resource, accepted.intent(), context);
        };
    }

    private UpdateControl<Shard> reconcile(Shard resource, ShardIntent intent, Context<Shard> context) {
        var asked = clock.instant();
        var observed = observer.observe(intent, context);
        observed.snapshots().forEach((host, snapshot) -> sizes.put(host, snapshot, asked));
        var plan = ShardPlanner.plan(intent, observed);
        var outcomes = ActionRunner.run(plan.actions(), executor::execute);
        var status = ShardStatusProjection.project(resource, intent, observed, plan, outcomes, clock.instant());
        journal.record(resource, holdsOf(resource.getStatus()), status.holds(), outcomes);
        return StatusPatch.write(resource, ownStatus(resource), status, Shard::new, context)
                .rescheduleAfter(nextLook(intent, observed, outcomes));
    }

    private static Duration nextLook(ShardIntent intent, ShardObserved observed, List<Outcome<ShardAction>> outcomes) {
        boolean answersButIsNotReady = observed.answers().keySet().stream()
                .anyMatch(host -> !HostReadiness.of(host, intent, observed).isReady());
        if (answersButIsNotReady) {
            return SOON;
        }
        return Outcome.mustLookAgain(outcomes) ? RETRY : SOMETIMES;
    }

    @Override
    public ErrorStatusUpdateControl<Shard> updateErrorStatus(Shard resource, Context<Shard> context, Exception e) {
        return StatusPatch.unlessGone(resource, e);
    }

    @Override
    public List<EventSource<?, Shard>> prepareEventSources(EventSourceContext<Shard> context) {
        return List.of(
                owned(ConfigMap.class, context),
                owned(Service.class, context),
                owned(StatefulSet.class, context),
                owned(PodDisruptionBudget.class, context),
                new InformerEventSource<>(
                        ShardLinks.pods(MANAGED + "," + Labels.SHARD).build(), context),
                new InformerEventSource<>(ShardLinks.clusters(context).build(), context),
                tables(context));
    }

    private static <T extends HasMetadata> InformerEventSource<T, Shard> owned(
            Class<T> kind, EventSourceContext<Shard> context) {
        return new InformerEventSource<>(
                InformerEventSourceConfiguration.from(kind, Shard.class)
                        .withLabelSelector(MANAGED + "," + Labels.SHARD)
                        .build(),
                context);
    }

    /** When a table has grown, so has its shards' data: the next look at the servers is not due for a while. */
    private static InformerEventSource<Table, Shard> tables(EventSourceContext<Shard> context) {
        return new InformerEventSource<>(
                InformerEventSourceConfiguration.from(Table.class, Shard.class)
                        .withSecondaryToPrimaryMapper(table ->
                                ShardLinks.shardsOf(table, table.getSpec().cluster(), context))
                        .withOnAddFilter(table -> false)
                        .withOnUpdateFilter((now, before) -> !bytesOf(now).equals(bytesOf(before)))
                        .withOnDeleteFilter((table, unknown) -> false)
                        .build(),
                context);
    }

    private static Optional<Long> bytesOf(Table table) {
        return Optional.ofNullable(table.getStatus()).map(TableStatus::bytes);
    }

    private static ShardStatus ownStatus(Shard resource) {
        return resource.getStatus() == null ? null : resource.getStatus().withoutReplacement();
    }

    private static List<HoldStatus> holdsOf(ShardStatus status) {
        return status == null || status.holds() == null ? List.of() : status.holds();
    }
}
