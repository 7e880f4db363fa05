package io.shardwright.table;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.javaoperatorsdk.operator.api.config.informer.InformerEventSourceConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.Cleaner;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.DeleteControl;
import io.javaoperatorsdk.operator.api.reconciler.ErrorStatusUpdateControl;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;
import io.shardwright.clickhouse.Servers;
import io.shardwright.crds.ClickHouseCluster;
import io.shardwright.crds.HoldStatus;
import io.shardwright.crds.ImportJob;
import io.shardwright.crds.ImportPhase;
import io.shardwright.crds.Shard;
import io.shardwright.crds.ShardHostStatus;
import io.shardwright.crds.Table;
import io.shardwright.kube.StatusPatch;
import io.shardwright.observability.Journal;
import io.shardwright.plan.ActionRunner;
import io.shardwright.plan.Outcome;
import io.shardwright.plan.Parsed;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Keeps a table on every host of its cluster as its Table says. */
@ControllerConfiguration(name = TableReconciler.NAME)
public final class TableReconciler implements Reconciler<Table>, Cleaner<Table> {
    public static final String NAME = "table";

    /** The Tables of a cluster, in the cache. */
    private static final String BY_CLUSTER = "cluster";

    /** How soon to go on with a deletion that waits for hosts. */
    private static final Duration DELETION_RETRY = Duration.ofSeconds(2);

    /** A Table that another one stands in the way of may be accepted when that one goes. */
    private static final Duration REJECTED_RETRY = Duration.ofSeconds(10);

    private final TableObserver observer;
    private final TableExecutor executor;
    private final Journal journal;
    private final Clock clock;

    /** @param dnsDomain DNS domain of the Kubernetes cluster */
    public TableReconciler(Servers servers, Journal journal, String dnsDomain, Clock clock) {
        this.observer = new TableObserver(servers, dnsDomain);
        this.executor = new TableExecutor(servers);
        this.journal = journal;
        this.clock = clock;
    }

    @Override
    public UpdateControl<Table> reconcile(Table resource, Context<Table> context) {
        return switch (TableParser.parse(resource, ofSameCluster(resource, context))) {
            case Parsed.Rejected<TableIntent>(var message) ->
                StatusPatch.write(
                                resource,
                                TableStatusProjection.rejected(resource, message, clock.instant()),
                                Table::new,
                                context)
                        .rescheduleAfter(REJECTED_RETRY);
            case Parsed.Accepted<TableIntent>(var intent) -> reconcile(resource, intent, context);
        };
    }

    private UpdateControl<Table> reconcile(Table resource, TableIntent intent, Context<Table> context) {
        var observed = observer.observe(intent, context);
        var plan = TablePlanner.plan(intent, observed);
        var outcomes = ActionRunner.run(plan.actions(), executor::execute);
        var now = clock.instant();
        var status = TableStatusProjection.project(resource, intent, observed, plan, outcomes, now);
        journal.record(resource, holdsOf(resource), status.holds(), outcomes);
        return StatusPatch.write(resource, status, Table::new, context)
                .rescheduleAfter(TablePace.nextLook(resource.getStatus(), observed, outcomes, now));
    }

    /** A Table that is not accepted owns nothing on the servers, so nothing is dropped for it. */
    @Override
    public DeleteControl cleanup(Table resource, Context<Table> context) {
        return switch (TableParser.parse(resource, ofSameCluster(resource, context))) {
            case Parsed.Rejected<TableIntent> rejected -> DeleteControl.defaultDelete();
            case Parsed.Accepted<TableIntent>(var intent) ->
                intent.dropWhenDeleted() ? drop(resource, intent, context) : DeleteControl.defaultDelete();
        };
    }

    private DeleteControl drop(Table resource, TableIntent intent, Context<Table> context) {
        var observed = observer.observe(intent, context);
        var plan = TablePlanner.planDeletion(intent, observed);
        if (plan.converged()) {
            return DeleteControl.defaultDelete();
        }
        var outcomes = ActionRunner.run(plan.actions(), executor::execute);
        var status = TableStatusProjection.deleting(resource, plan, outcomes, clock.instant());
        journal.record(resource, holdsOf(resource), status.holds(), outcomes);
        StatusPatch.tryToWrite(resource, status, Table::new, context);
        boolean goesOn = !outcomes.isEmpty() && Outcome.allDone(outcomes);
        return DeleteControl.noFinalizerRemoval()
                .rescheduleAfter((goesOn ? TablePace.AT_ONCE : DELETION_RETRY).toMillis());
    }

    private static List<HoldStatus> holdsOf(Table resource) {
        return resource.getStatus() == null ? List.of() : resource.getStatus().holds();
    }

    @Override
    public ErrorStatusUpdateControl<Table> updateErrorStatus(Table resource, Context<Table> context, Exception e) {
        return StatusPatch.unlessGone(resource, e);
    }

    @Override
    public List<EventSource<?, Table>> prepareEventSources(EventSourceContext<Table> context) {
        context.getPrimaryCache()
                .addIndexer(
                        BY_CLUSTER,
                        table -> List.of(key(
                                table.getMetadata().getNamespace(),
                                table.getSpec().cluster())));
        return List.of(clusters(context), shards(context), imports(context));
    }

    private static InformerEventSource<ClickHouseCluster, Table> clusters(EventSourceContext<Table> context) {
        return new InformerEventSource<>(
                InformerEventSourceConfiguration.from(ClickHouseCluster.class, Table.class)
                        .withSecondaryToPrimaryMapper(cluster ->
                                tablesOf(cluster, cluster.getMetadata().getName(), context))
                        .withPrimaryToSecondaryMapper((Table table) -> Set.of(new ResourceID(
                                table.getSpec().cluster(), table.getMetadata().getNamespace())))
                        // Its status changes with every host that comes, and the Shards tell that already.
                        .withOnUpdateFilter((now, before) -> !now.getMetadata()
                                        .getGeneration()
                                        .equals(before.getMetadata().getGeneration())
                                || now.getMetadata().getDeletionTimestamp() != null)
                        .build(),
                context);
    }

    /** A host that joins or comes back shows in its Shard's status before the next look at the servers is due. */
    private static InformerEventSource<Shard, Table> shards(EventSourceContext<Table> context) {
        return new InformerEventSource<>(
                InformerEventSourceConfiguration.from(Shard.class, Table.class)
                        .withSecondaryToPrimaryMapper(
                                shard -> tablesOf(shard, shard.getSpec().cluster(), context))
                        .withOnUpdateFilter((now, before) -> !readyHosts(now).equals(readyHosts(before)))
                        .build(),
                context);
    }

    /** An import that succeeded added rows: the next look at the servers is not due for a while. */
    private static InformerEventSource<ImportJob, Table> imports(EventSourceContext<Table> context) {
        return new InformerEventSource<>(
                InformerEventSourceConfiguration.from(ImportJob.class, Table.class)
                        .withSecondaryToPrimaryMapper(job -> Set.of(new ResourceID(
                                job.getSpec().table(), job.getMetadata().getNamespace())))
                        .withOnAddFilter(job -> false)
                        .withOnUpdateFilter((now, before) -> hasSucceeded(now) && !hasSucceeded(before))
                        .withOnDeleteFilter((job, unknown) -> false)
                        .build(),
                context);
    }

    private static boolean hasSucceeded(ImportJob job) {
        return job.getStatus() != null && job.getStatus().phase() == ImportPhase.Succeeded;
    }

    private static Set<String> readyHosts(Shard shard) {
        return Optional.ofNullable(shard.getStatus()).map(status -> status.hosts()).stream()
                .flatMap(List::stream)
                .filter(host -> Boolean.TRUE.equals(host.ready()))
                .map(ShardHostStatus::name)
                .collect(Collectors.toSet());
    }

    private static Set<ResourceID> tablesOf(HasMetadata object, String cluster, EventSourceContext<Table> context) {
        return context
                .getPrimaryCache()
                .byIndex(BY_CLUSTER, key(object.getMetadata().getNamespace(), cluster))
                .stream()
                .map(ResourceID::fromResource)
                .collect(Collectors.toSet());
    }

    private static List<Table> ofSameCluster(Table resource, Context<Table> context) {
        return Stream.ofNullable(resource.getSpec())
                .flatMap(spec -> context
                        .getPrimaryCache()
                        .byIndex(BY_CLUSTER, key(resource.getMetadata().getNamespace(), spec.cluster()))
                        .stream())
                .toList();
    }

    private static String key(String namespace, String cluster) {
        return namespace + "/" + cluster;
    }
}
