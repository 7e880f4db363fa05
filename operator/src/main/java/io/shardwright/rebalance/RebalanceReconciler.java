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
import io.javaoperatorsdk.operator.processing.event.source.inbound.SimpleInboundEventSource;
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

    /** How soon to look again at a copy that is on its way to the other replicas. */
    private static final Duration WATCHING = Duration.ofMillis(100);

    /** The longer a move has taken, the less it matters how soon its next step follows. */
    private static final int LOOKS_AT_A_MOVE = 20;

    private static final Duration WATCHING_SELDOM = Duration.ofSeconds(1);

    /** How soon to look again at what waits. */
    private static final Duration RETRY = Duration.ofSeconds(2);

    /** How soon to look again at what is in the way of all that is left, such as rows that were written a moment ago. */
    private static final Duration WAITING = Duration.ofSeconds(5);

    /** How often a plan that is not carried out is made anew. */
    private static final Duration PLAN_AGAIN = Duration.ofSeconds(30);

    private final RebalanceObserver observer;
    private final RebalanceExecutor executor;
    private final Copies copies = new Copies();
    private final SimpleInboundEventSource<Rebalance> copied = new SimpleInboundEventSource<>();
    private final Journal journal;
    private final Clock clock;

    /**
     * @param gate to tables, for all who attach partitions to them
     * @param dnsDomain DNS domain of the Kubernetes cluster
     */
    public RebalanceReconciler(Servers servers, TableGate gate, Journal journal, String dnsDomain, Clock clock) {
        var moves = new MoveObserver(servers, copies, clock);
        this.observer = new RebalanceObserver(servers, moves, new ReadersObserver(servers, clock), gate, dnsDomain);
        this.executor = new RebalanceExecutor(servers, moves, copies);
        this.journal = journal;
        this.clock = clock;
    }

    @Override
    public UpdateControl<Rebalance> reconcile(Rebalance resource, Context<Rebalance> context) {
        return switch (RebalanceParser.parse(resource)) {
            case Parsed.Rejected<RebalanceIntent>(var message) -> reject(resource, message, context);
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
        var decision = RebalancePlanner.plan(
                intent,
                observed,
                current,
                RebalanceStatusProjection.waitingSince(resource),
                mayBegin(resource, intent, current, now),
                now);
        var pass = carryOut(resource, intent, observed, decision, context);
        var update = StatusPatch.write(resource, pass.status(), Rebalance::new, context);
        return decision.phase() == RebalancePhase.Succeeded ? update : update.rescheduleAfter(pass.nextLook());
    }

    /** What it has begun while it was accepted does not stay half done. */
    private UpdateControl<Rebalance> reject(Rebalance resource, String message, Context<Rebalance> context) {
        var pass = endWhatIsBegun(resource, context);
        var status = RebalanceStatusProjection.rejected(
                resource, pass.map(Pass::status).orElseGet(resource::getStatus), message, clock.instant());
        var update = StatusPatch.write(resource, status, Rebalance::new, context);
        return pass.map(ending -> update.rescheduleAfter(ending.nextLook())).orElse(update);
    }

    /** What was begun is ended or given up first, even if the spec is not accepted any more. */
    @Override
    public DeleteControl cleanup(Rebalance resource, Context<Rebalance> context) {
        var ending = endWhatIsBegun(resource, context).filter(pass -> !pass.isTidy());
        if (ending.isEmpty()) {
            return DeleteControl.defaultDelete();
        }
        StatusPatch.tryToWrite(resource, ending.get().status(), Rebalance::new, context);
        return DeleteControl.noFinalizerRemoval()
                .rescheduleAfter(ending.get().nextLook().toMillis());
    }

    /** Empty if there is nothing to end. */
    private Optional<Pass> endWhatIsBegun(Rebalance resource, Context<Rebalance> context) {
        var current = RebalanceStatusProjection.currentMoves(resource);
        return RebalanceParser.ofBegun(resource)
                .filter(intent -> !current.isEmpty())
                .map(intent -> {
                    var observed = observer.observeBegun(intent, resource, current, context);
                    var decision = RebalancePlanner.planRemoval(intent, observed, current, clock.instant());
                    return carryOut(resource, intent, observed, decision, context);
                });
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

    /**
     * @param isTidy nothing is left of what was begun, or nothing to end it on: the cluster is gone
     * @param nextLook when to look again
     */
    private record Pass(RebalanceStatus status, boolean isTidy, Duration nextLook) {}

    private Pass carryOut(
            Rebalance resource,
            RebalanceIntent intent,
            RebalanceObserved observed,
            RebalanceDecision decision,
            Context<Rebalance> context) {
        var before = RebalanceStatusProjection.currentMoves(resource);
        var id = ResourceID.fromResource(resource);
        var means = new Means(
                observed.cluster().map(ClusterFacts::dialect).orElse(Dialect.of("18.16.1")),
                intent.bytesPerSecond().orElse(0) / intent.concurrency(),
                () -> copied.propagateEvent(id));
        var outcomes = ActionRunner.run(decision.plan().actions(), action -> executor.execute(action, means));
        var status = RebalanceStatusProjection.project(resource, decision, outcomes, clock.instant());
        journal.record(resource, holdsOf(resource), status.holds(), outcomes);
        RebalanceHistory.announced(RebalanceStatusProjection.history(resource), status.history())
                .forEach(what -> journal.announce(resource, what));
        var after = MoveLedger.after(before, decision, outcomes).current();
        observer.leaveGates(intent, before, after, context);
        forgetCopies(before, after);
        return new Pass(
                status,
                observed.cluster().isEmpty() || after.isEmpty(),
                nextLook(decision, after, Outcome.allDone(outcomes), !after.equals(before)));
    }

    /** Not before a move is over: one that is given up because its copy failed too often is to stay so. */
    private void forgetCopies(List<CurrentMove> before, List<CurrentMove> after) {
        var goesOn = after.stream().map(move -> move.move().id()).toList();
        before.stream()
                .map(move -> move.move().id())
                .filter(id -> !goesOn.contains(id))
                .forEach(copies::forget);
    }

    private Duration nextLook(
            RebalanceDecision decision, List<CurrentMove> current, boolean allDone, boolean isFurther) {
        if (isFurther && allDone) {
            return AT_ONCE;
        }
        if (!allDone || !decision.plan().holds().isEmpty()) {
            return decision.waiting().flatMap(Waiting::since).isPresent() ? WAITING : RETRY;
        }
        if (!decision.plan().actions().isEmpty()) {
            return AT_ONCE;
        }
        return current.isEmpty() && decision.phase() != RebalancePhase.Moving ? PLAN_AGAIN : watching(current);
    }

    private Duration watching(List<CurrentMove> moves) {
        var now = clock.instant();
        long pace = moves.stream()
                .mapToLong(move ->
                        Duration.between(Instant.parse(move.since()), now).toMillis() / LOOKS_AT_A_MOVE)
                .min()
                .orElse(Long.MAX_VALUE);
        return Duration.ofMillis(Math.clamp(pace, WATCHING.toMillis(), WATCHING_SELDOM.toMillis()));
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
                related(ImportJob.class, context),
                copied);
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
