package io.shardwright.plan;

/** One step that a planner asks for. Carries names and values only, never clients or lambdas. */
public interface Action {
    /**
     * What the step is done to, e.g. a host. Steps of one subject run in the order of the plan, and a failed one keeps the
     * later ones of its subject from running; steps of different subjects run side by side.
     */
    String subject();

    /** What the step does, in a few words, for the log and the events. */
    String describe();

    /** Whether it is done again and again while nothing changes, and is nothing to tell users of when it is done. */
    default boolean isRoutine() {
        return false;
    }
}
