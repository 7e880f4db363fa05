package io.shardwright.observability;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.micrometer.core.instrument.MeterRegistry;
import io.shardwright.crds.HoldStatus;
import io.shardwright.plan.Action;
import io.shardwright.plan.Outcome;
import java.util.List;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/** The journal that users read with {@code kubectl describe}, {@code kubectl logs} and Prometheus. */
public final class EventJournal implements Journal {
    private static final Logger LOG = LoggerFactory.getLogger(EventJournal.class);

    private final EventPublisher events;
    private final MeterRegistry meters;

    public EventJournal(EventPublisher events, MeterRegistry meters) {
        this.events = events;
        this.meters = meters;
    }

    @Override
    public <A extends Action> void record(
            HasMetadata resource, List<HoldStatus> before, List<HoldStatus> after, List<Outcome<A>> outcomes) {
        outcomes.forEach(this::logAndCount);
        recordDone(resource, outcomes);
        Outcome.failed(outcomes).forEach(failed -> events.warn(resource, "ActionFailed", failed.told()));
        after.stream()
                .filter(hold -> !wasListed(hold, before))
                .forEach(hold -> events.warn(resource, hold.reason(), hold.subject() + ": " + hold.message()));
    }

    @Override
    public void announce(HasMetadata resource, String what) {
        LOG.atInfo().addKeyValue("what", what).log("announced");
        events.normal(resource, "Announced", what);
    }

    /** One Event for all that a pass did: a new cluster alone is dozens of actions. */
    private <A extends Action> void recordDone(HasMetadata resource, List<Outcome<A>> outcomes) {
        var done = outcomes.stream()
                .filter(outcome ->
                        outcome instanceof Outcome.Done && !outcome.action().isRoutine())
                .map(outcome -> outcome.action().describe())
                .collect(Collectors.joining("; "));
        if (!done.isEmpty()) {
            events.normal(resource, "Reconciled", done);
        }
    }

    private <A extends Action> void logAndCount(Outcome<A> outcome) {
        switch (outcome) {
            case Outcome.Done<A>(var action) -> {
                LOG.atLevel(action.isRoutine() ? Level.DEBUG : Level.INFO)
                        .addKeyValue("action", action.describe())
                        .log("done");
                count(action, "done");
            }
            case Outcome.Failed<A>(var action, var message, var retryable) -> {
                LOG.atWarn()
                        .addKeyValue("action", action.describe())
                        .addKeyValue("why", message)
                        .log("failed");
                count(action, "failed");
            }
            case Outcome.Overtaken<A>(var action) -> {
                LOG.atDebug().addKeyValue("action", action.describe()).log("overtaken");
                count(action, "overtaken");
            }
            case Outcome.Moot<A>(var action) ->
                LOG.atDebug().addKeyValue("action", action.describe()).log("moot");
        }
    }

    private void count(Action action, String outcome) {
        meters.counter("shardwright.actions", "action", action.getClass().getSimpleName(), "outcome", outcome)
                .increment();
    }

    private static boolean wasListed(HoldStatus hold, List<HoldStatus> before) {
        return before != null
                && before.stream()
                        .anyMatch(old -> old.reason().equals(hold.reason())
                                && old.subject().equals(hold.subject()));
    }
}
