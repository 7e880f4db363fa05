package io.shardwright.rebalance;

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
import io.shardwright.clickhouse.Dialect;
import io.shardwright.clickhouse.Servers;
import io.shardwright.clickhouse.TableGate;
import io.shardwright.crds.ClickHouseCluster;
import io.shardwright.crds.HoldStatus;
import io.shardwright.crds.ImportJob;
import io.shardwright.crds.Rebalance;
import io.shardwright.crds.RebalancePhase;
import io.shardwright.crds.RebalanceStatus;
import io.shardwright.crds.Table;
import io.shardwright.kube.StatusPatch;
import io.shardwright.observability.Journal;
import io.shardwright.plan.ActionRunner;
import io.shardwright.plan.Outcome;
import io.shardwright.plan.Parsed;
import io.shardwright.rebalance.RebalanceExecutor.Means;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Moves partitions between the shards of a cluster until none is fuller than it should be. */
@ControllerConfiguration(name = RebalanceReconciler.NAME)
public final class RebalanceReconciler implements Reconciler<Rebalance>, Cleaner<Rebalance> {
    public static final String NAME = "rebalance";

    private static final Duration AT_ONCE = Duration.ofMillis(20);

    /** How often a copy is looked at that runs. */
    private static final Duration WATCHING = Duration.ofMillis(500);

    /** How soon to look again at what waits. */
    private static final Duration RETRY = Duration.ofSeconds(2);

    /** How often a plan that is not carried out is made anew. */
    private static final Duration PLAN_AGAIN = Duration.ofSeconds(30);

    private final RebalanceObserver observer;
    private final RebalanceExecutor executor;
    private final Journal journal;
    private final Clock clock;

    /**
     * @param gate to tables, for all who attach partitions to them
     * @param dnsDomain DNS domain of the Kubernetes cluster
     */
    public RebalanceReconciler(Servers servers, TableGate gate, Journal journal, String dnsDomain, Clock clock) {
        var copies = new Copies();
        var moves = new MoveObserver(servers, copies);
        this.observer = new RebalanceObserver(servers, moves, new ReadersObserver(servers, clock), gate, dnsDomain);
        this.executor = new RebalanceExecutor(servers, moves, copies);
        this.journal = journal;
        this.clock = clock;
    }

    @Override
    public UpdateControl<Rebalance> reconcile(Rebalance resource, Context<Rebalance> context) {
        return switch (RebalanceParser.parse(resource)) {
            case Parsed.Rejected<RebalanceIntent>(var message) ->
                StatusPatch.write(
                        resource,
                        RebalanceStatusProjection.rejected(resource, message, clock.instant()),
                        Rebalance::new,
                        context);
            case Parsed.Accepted<RebalanceIntent>(var intent) -> reconcile(resource, intent, context);
        };
    }

    private UpdateControl<Rebalance> reconcile(Rebalance resource, RebalanceIntent intent, Context<Rebalance> context) {
        if (isOver(resource)) {
            return UpdateControl.noUpdate();
        }
        var current = RebalanceStatusProjection.currentMoves(resource);
        var observed = observer.observe(intent, resource, current, context);
        var now = clock.instant();
        var decision = RebalancePlanner.plan(intent, observed, current, mayBegin(resource, intent, current, now), now);
        var pass = carryOut(resource, intent, observed, decision, context);
        var update = StatusPatch.write(resource, pass.status(), Rebalance::new, context);
        return decision.phase() == RebalancePhase.Succeeded ? update : update.rescheduleAfter(nextLook(decision, pass));
    }

    /** What was begun is ended or given up first. A Rebalance that is not accepted any more may have begun something too. */
    @Override
    public DeleteControl cleanup(Rebalance resource, Context<Rebalance> context) {
        var current = RebalanceStatusProjection.currentMoves(resource);
        if (current.isEmpty()
                || !(RebalanceParser.parse(resource) instanceof Parsed.Accepted<RebalanceIntent>(var intent))) {
            return DeleteControl.defaultDelete();
        }
        var observed = observer.observe(intent, resource, current, context);
        var decision = RebalancePlanner.planRemoval(intent, observed, current, clock.instant());
        var pass = carryOut(resource, intent, observed, decision, context);
        boolean isTidy = observed.cluster().isEmpty() || pass.current().isEmpty();
        if (isTidy) {
            return DeleteControl.defaultDelete();
        }
        StatusPatch.tryToWrite(resource, pass.status(), Rebalance::new, context);
        return DeleteControl.noFinalizerRemoval()
                .rescheduleAfter(nextLook(decision, pass).toMillis());
    }

    private static boolean isOver(Rebalance resource) {
        var status = resource.getStatus();
        return status != null
                && status.phase() == RebalancePhase.Succeeded
                && Objects.equals(
                        status.observedGeneration(), resource.getMetadata().getGeneration());
    }

    /** On average over the whole rebalance, no more is copied than the bandwidth allows. */
    private static boolean mayBegin(
            Rebalance resource, RebalanceIntent intent, List<CurrentMove> current, Instant now) {
        var start = Optional.ofNullable(resource.getStatus()).map(RebalanceStatus::startTime);
        if (intent.bytesPerSecond().isEmpty() || start.isEmpty()) {
            return true;
        }
        long copied = Optional.ofNullable(resource.getStatus().bytesMoved()).orElse(0L)
                + current.stream().mapToLong(CurrentMove::bytes).sum();
        double seconds = Duration.between(Instant.parse(start.get()), now).toMillis() / 1_000.0;
        return copied <= seconds * intent.bytesPerSecond().getAsLong();
    }

    private record Pass(RebalanceStatus status, List<CurrentMove> current, boolean allDone, boolean isFurther) {}

    private Pass carryOut(
            Rebalance resource,
            RebalanceIntent intent,
            RebalanceObserved observed,
            RebalanceDecision decision,
            Context<Rebalance> context) {
        var before = RebalanceStatusProjection.currentMoves(resource);
        var means = new Means(
                observed.cluster().map(ClusterFacts::dialect).orElse(Dialect.of("18.16.1")),
                intent.bytesPerSecond().orElse(0) / intent.concurrency());
        var outcomes = ActionRunner.run(decision.plan().actions(), action -> executor.execute(action, means));
        var status = RebalanceStatusProjection.project(resource, decision, outcomes, clock.instant());
        journal.record(resource, holdsOf(resource), status.holds(), outcomes);
        var after = MoveLedger.after(before, decision, outcomes).current();
        observer.leaveGates(intent, before, after, context);
        return new Pass(status, after, Outcome.allDone(outcomes), !after.equals(before));
    }

    private static Duration nextLook(RebalanceDecision decision, Pass pass) {
        if (pass.isFurther() && pass.allDone()) {
            return AT_ONCE;
        }
        if (!pass.allDone() || !decision.plan().holds().isEmpty()) {
            return RETRY;
        }
        if (!decision.plan().actions().isEmpty()) {
            return AT_ONCE;
        }
        return pass.current().isEmpty() && decision.phase() != RebalancePhase.Moving ? PLAN_AGAIN : WATCHING;
    }

    @Override
    public ErrorStatusUpdateControl<Rebalance> updateErrorStatus(
            Rebalance resource, Context<Rebalance> context, Exception e) {
        return StatusPatch.unlessGone(resource, e);
    }

    @Override
    public List<EventSource<?, Rebalance>> prepareEventSources(EventSourceContext<Rebalance> context) {
        return List.of(
                related(ClickHouseCluster.class, context),
                related(Table.class, context),
                related(ImportJob.class, context));
    }

    /** Read from the cache; a Rebalance that is under way looks often enough by itself. */
    private static <T extends HasMetadata> InformerEventSource<T, Rebalance> related(
            Class<T> kind, EventSourceContext<Rebalance> context) {
        return new InformerEventSource<>(
                InformerEventSourceConfiguration.from(kind, Rebalance.class)
                        .withSecondaryToPrimaryMapper(object -> waiting(object, context))
                        .build(),
                context);
    }

    private static Set<ResourceID> waiting(HasMetadata object, EventSourceContext<Rebalance> context) {
        return context.getPrimaryCache()
                .list(
                        object.getMetadata().getNamespace(),
                        rebalance -> rebalance.getStatus() == null
                                || rebalance.getStatus().phase() == RebalancePhase.Pending)
                .map(ResourceID::fromResource)
                .collect(Collectors.toSet());
    }

    private static List<HoldStatus> holdsOf(Rebalance resource) {
        return Optional.ofNullable(resource.getStatus())
                .map(RebalanceStatus::holds)
                .orElse(List.of());
    }
}
