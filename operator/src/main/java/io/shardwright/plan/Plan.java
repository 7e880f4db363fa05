package io.shardwright.plan;

import java.util.List;

/**
 * What to do next, and what must wait. A plan is recomputed from what is observed on every pass and never stored.
 *
 * @param actions the next safe steps, in order
 * @param holds what is wanted but not allowed now
 */
public record Plan<A extends Action>(List<A> actions, List<Hold> holds) {
    public Plan {
        actions = List.copyOf(actions);
        holds = List.copyOf(holds);
    }

    /** Nothing to do and nothing that waits. */
    public static <A extends Action> Plan<A> none() {
        return new Plan<>(List.of(), List.of());
    }

    public boolean converged() {
        return actions.isEmpty() && holds.isEmpty();
    }
}
