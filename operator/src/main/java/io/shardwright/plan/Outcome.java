package io.shardwright.plan;

/** What became of an action. */
public sealed interface Outcome<A extends Action> {
    A action();

    /** True when the action failed for a reason that may pass by itself. */
    default boolean mayBeTriedAgain() {
        return this instanceof Failed<A> failed && failed.retryable();
    }

    /** The action took effect, or had done so before. */
    record Done<A extends Action>(A action) implements Outcome<A> {}

    /**
     * The action did not take effect, or it is not known whether it did.
     *
     * @param message why, without anything secret
     * @param retryable false when only a user can change the outcome
     */
    record Failed<A extends Action>(A action, String message, boolean retryable) implements Outcome<A> {}
}
