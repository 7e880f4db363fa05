package io.shardwright.plan;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;

/**
 * Runs a plan's actions: those of different subjects side by side, those of one subject in order up to the first that is not done.
 * A subject's failure is its own; it never keeps another's actions from running.
 */
public final class ActionRunner {
    private ActionRunner() {}

    /**
     * @param execute does one action and returns what became of it; it must not throw
     * @return the outcomes of the actions that ran, by subject in the order of the plan
     * @throws CancellationException when the thread is interrupted, before or meanwhile: the operator ends, and what the pass
     *     found then must not be acted upon, or told
     */
    public static <A extends Action> List<Outcome<A>> run(List<A> actions, Function<A, Outcome<A>> execute) {
        endIfInterrupted();
        var outcomes = runAll(actions, execute);
        endIfInterrupted();
        return outcomes;
    }

    private static void endIfInterrupted() {
        if (Thread.currentThread().isInterrupted()) {
            throw new CancellationException("interrupted, as the operator ends");
        }
    }

    private static <A extends Action> List<Outcome<A>> runAll(List<A> actions, Function<A, Outcome<A>> execute) {
        var bySubject = new LinkedHashMap<String, List<A>>();
        actions.forEach(action -> bySubject
                .computeIfAbsent(action.subject(), subject -> new ArrayList<>())
                .add(action));
        if (bySubject.size() <= 1) {
            return runInOrder(actions, execute);
        }
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            var running = bySubject.values().stream()
                    .map(ofSubject -> executor.submit(() -> runInOrder(ofSubject, execute)))
                    .toList();
            return running.stream().flatMap(future -> join(future).stream()).toList();
        }
    }

    private static <A extends Action> List<Outcome<A>> runInOrder(List<A> actions, Function<A, Outcome<A>> execute) {
        var outcomes = new ArrayList<Outcome<A>>();
        for (var action : actions) {
            var outcome = execute.apply(action);
            outcomes.add(outcome);
            if (!(outcome instanceof Outcome.Done)) {
                break;
            }
        }
        return outcomes;
    }

    private static <T> T join(Future<T> future) {
        try {
            return future.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while actions were running", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException("an executor threw instead of returning an outcome", e.getCause());
        }
    }
}
