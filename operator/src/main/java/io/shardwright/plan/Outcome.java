package io.shardwright.plan;

import java.util.List;
import java.util.stream.Stream;

/** What became of an action. */
public sealed interface Outcome<A extends Action> {
    A action();

    /**
     * True when there is something to look at again soon: what was done, what was decided on an outdated look, and what failed
     * for a reason that may pass by itself.
     */
    static <A extends Action> boolean mustLookAgain(List<Outcome<A>> outcomes) {
        return outcomes.stream().anyMatch(outcome -> switch (outcome) {
            case Done<A> done -> true;
            case Failed<A> failed -> failed.retryable();
            case Overtaken<A> overtaken -> true;
            case Moot<A> moot -> false;
        });
    }

    static <A extends Action> boolean allDone(List<Outcome<A>> outcomes) {
        return outcomes.stream().allMatch(Done.class::isInstance);
    }

    /** What failed, in the order of the outcomes. */
    static <A extends Action> Stream<Failed<A>> failed(List<Outcome<A>> outcomes) {
        return outcomes.stream()
                .flatMap(outcome -> outcome instanceof Failed<A> failed ? Stream.of(failed) : Stream.empty());
    }

    /** The action took effect, or had done so before. */
    record Done<A extends Action>(A action) implements Outcome<A> {}

    /**
     * The action did not take effect, or it is not known whether it did.
     *
     * @param message why, without anything secret
     * @param retryable false when only a user can change the outcome
     */
    record Failed<A extends Action>(A action, String message, boolean retryable) implements Outcome<A> {
        /** For users: what could not be done, and why. */
        public String told() {
            return "could not " + action.describe() + ": " + message;
        }
    }

    /**
     * The action did not take effect: what it was decided on has changed meanwhile, and is to be looked at again. That is nothing
     * to tell users of.
     */
    record Overtaken<A extends Action>(A action) implements Outcome<A> {}

    /** The action did not take effect, and need not: what it was for is being deleted with all around it. */
    record Moot<A extends Action>(A action) implements Outcome<A> {}
}
