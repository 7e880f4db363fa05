package io.shardwright.importjob;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
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
import io.shardwright.clickhouse.TableGate;
import io.shardwright.crds.ClickHouseCluster;
import io.shardwright.crds.HoldStatus;
import io.shardwright.crds.ImportJob;
import io.shardwright.crds.ImportJobStatus;
import io.shardwright.crds.ImportPhase;
import io.shardwright.crds.Rebalance;
import io.shardwright.crds.Shard;
import io.shardwright.crds.Table;
import io.shardwright.importjob.ImportObserved.Worker;
import io.shardwright.kube.KubeWriter;
import io.shardwright.kube.StatusPatch;
import io.shardwright.observability.Journal;
import io.shardwright.plan.ActionRunner;
import io.shardwright.plan.Outcome;
import io.shardwright.plan.Parsed;
import io.shardwright.topology.Host;
import io.shardwright.topology.Labels;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Loads files into a table once, whole or not at all. */
@ControllerConfiguration(name = ImportJobReconciler.NAME)
public final class ImportJobReconciler implements Reconciler<ImportJob>, Cleaner<ImportJob> {
    public static final String NAME = "import";

    private static final String OF_AN_IMPORT = Labels.MANAGED_BY + "=" + Labels.OPERATOR + "," + Labels.IMPORT_JOB;
    private static final Duration AT_ONCE = Duration.ofMillis(20);

    /** How often a worker is asked how far it is. */
    private static final Duration WATCHING = Duration.ofSeconds(1);

    /** How soon to try again what did not work, and to look again at what cannot be watched. */
    private static final Duration RETRY = Duration.ofSeconds(2);

    private final ImportObserver observer;
    private final ImportExecutor executor;
    private final TableGate gate;
    private final Journal journal;
    private final String workerImage;
    private final Clock clock;

    /**
     * @param dnsDomain DNS domain of the Kubernetes cluster
     * @param gate to tables, for all who attach partitions to them
     * @param workerImage image of the workers' pods
     */
    public ImportJobReconciler(
            Servers servers,
            KubeWriter writer,
            TableGate gate,
            Journal journal,
            String dnsDomain,
            String workerImage,
            Clock clock) {
        this.gate = gate;
        this.observer = new ImportObserver(
                new TargetObserver(servers, ImportJobReconciler::urlOf, dnsDomain),
                new StagingObserver(servers),
                new HttpProgressClient(),
                gate,
                dnsDomain);
        this.executor = new ImportExecutor(servers, writer);
        this.journal = journal;
        this.workerImage = workerImage;
        this.clock = clock;
    }

    @Override
    public UpdateControl<ImportJob> reconcile(ImportJob resource, Context<ImportJob> context) {
        return switch (ImportParser.parse(resource)) {
            case Parsed.Rejected<ImportIntent>(var message) ->
                StatusPatch.write(
                        resource,
                        ImportStatusProjection.rejected(resource, message, clock.instant()),
                        ImportJob::new,
                        context);
            case Parsed.Accepted<ImportIntent>(var intent) -> reconcile(resource, intent, context);
        };
    }

    private UpdateControl<ImportJob> reconcile(ImportJob resource, ImportIntent intent, Context<ImportJob> context) {
        var observed = observer.observe(intent, resource, context);
        if (observed.isTidy()) {
            leaveGate(intent);
            return UpdateControl.noUpdate();
        }
        var decision = ImportPlanner.plan(intent, observed, workerImage);
        var outcomes = carryOut(resource, intent, observed, decision);
        var update = StatusPatch.write(resource, outcomes.status(), ImportJob::new, context);
        return decision.isTidy() ? update : update.rescheduleAfter(nextLook(observed, decision, outcomes.failed()));
    }

    @Override
    public DeleteControl cleanup(ImportJob resource, Context<ImportJob> context) {
        if (!(ImportParser.parse(resource) instanceof Parsed.Accepted<ImportIntent>(var intent))) {
            return DeleteControl.defaultDelete();
        }
        var observed = observer.observe(intent, resource, context);
        var decision = ImportPlanner.planRemoval(intent, observed, workerImage);
        if (decision.isTidy()) {
            leaveGate(intent);
            return DeleteControl.defaultDelete();
        }
        var outcomes = carryOut(resource, intent, observed, decision);
        StatusPatch.tryToWrite(resource, outcomes.status(), ImportJob::new, context);
        return DeleteControl.noFinalizerRemoval()
                .rescheduleAfter(nextLook(observed, decision, outcomes.failed()).toMillis());
    }

    private record Result(ImportJobStatus status, boolean failed) {}

    private Result carryOut(ImportJob resource, ImportIntent intent, ImportObserved observed, ImportDecision decision) {
        var outcomes = ActionRunner.run(decision.plan().actions(), executor::execute);
        var status = ImportStatusProjection.project(resource, observed, decision, outcomes, clock.instant());
        journal.record(resource, holdsOf(resource), status.holds(), outcomes);
        if (decision.phase() != ImportPhase.Publishing) {
            leaveGate(intent);
        }
        return new Result(status, !Outcome.allDone(outcomes));
    }

    private void leaveGate(ImportIntent intent) {
        gate.leave(intent.namespace() + "/" + intent.table(), ImportObserver.nameAtTheGate(intent.name()));
    }

    private static Duration nextLook(ImportObserved observed, ImportDecision decision, boolean failed) {
        if (failed || !decision.plan().holds().isEmpty()) {
            return RETRY;
        }
        boolean goesOn = !decision.plan().actions().isEmpty() || decision.phase() != observed.phase();
        return goesOn && !(observed.worker() instanceof Worker.Running) ? AT_ONCE : WATCHING;
    }

    @Override
    public ErrorStatusUpdateControl<ImportJob> updateErrorStatus(
            ImportJob resource, Context<ImportJob> context, Exception e) {
        return StatusPatch.unlessGone(resource, e);
    }

    @Override
    public List<EventSource<?, ImportJob>> prepareEventSources(EventSourceContext<ImportJob> context) {
        return List.of(
                owned(ConfigMap.class, context),
                owned(Job.class, context),
                pods(context),
                waitedFor(Table.class, context),
                waitedFor(ClickHouseCluster.class, context),
                waitedFor(Shard.class, context),
                waitedFor(Rebalance.class, context));
    }

    private static <T extends HasMetadata> InformerEventSource<T, ImportJob> owned(
            Class<T> kind, EventSourceContext<ImportJob> context) {
        return new InformerEventSource<>(
                InformerEventSourceConfiguration.from(kind, ImportJob.class)
                        .withLabelSelector(OF_AN_IMPORT)
                        .build(),
                context);
    }

    /** Pods are owned by their Job; their labels tell the import. */
    private static InformerEventSource<Pod, ImportJob> pods(EventSourceContext<ImportJob> context) {
        return new InformerEventSource<>(
                InformerEventSourceConfiguration.from(Pod.class, ImportJob.class)
                        .withLabelSelector(OF_AN_IMPORT)
                        .withSecondaryToPrimaryMapper(pod -> Set.of(new ResourceID(
                                pod.getMetadata().getLabels().get(Labels.IMPORT_JOB),
                                pod.getMetadata().getNamespace())))
                        .build(),
                context);
    }

    /** Imports that are over wait for nothing. */
    private static <T extends HasMetadata> InformerEventSource<T, ImportJob> waitedFor(
            Class<T> kind, EventSourceContext<ImportJob> context) {
        return new InformerEventSource<>(
                InformerEventSourceConfiguration.from(kind, ImportJob.class)
                        .withSecondaryToPrimaryMapper(object -> context.getPrimaryCache()
                                .list(object.getMetadata().getNamespace(), ImportJobReconciler::isWaiting)
                                .map(ResourceID::fromResource)
                                .collect(Collectors.toSet()))
                        .build(),
                context);
    }

    private static boolean isWaiting(ImportJob job) {
        var phase = job.getStatus() == null ? null : job.getStatus().phase();
        return job.isMarkedForDeletion() || phase == null || phase == ImportPhase.Pending;
    }

    private static List<HoldStatus> holdsOf(ImportJob resource) {
        return Optional.ofNullable(resource.getStatus())
                .map(status -> status.holds())
                .orElse(List.of());
    }

    private static String urlOf(Host host) {
        return "http://" + host.dnsName() + ":" + Host.HTTP_PORT;
    }
}
