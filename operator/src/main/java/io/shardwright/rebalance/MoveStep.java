package io.shardwright.rebalance;

import io.shardwright.crds.MovePhase;
import io.shardwright.plan.Hold;
import java.util.List;

/**
 * What comes next of a move. The phase, or the end, is reached when every action was done.
 *
 * @param end how the move is over; {@link End#NOT_YET} while it is not
 */
record MoveStep(MovePhase phase, End end, List<RebalanceAction> actions, List<Hold> holds) {
    MoveStep {
        actions = List.copyOf(actions);
        holds = List.copyOf(holds);
    }

    /** How a move is over. */
    enum End {
        NOT_YET,
        /** The partition is on the other shard. */
        MOVED,
        /** Nothing changed. */
        GIVEN_UP
    }

    static MoveStep stay(MovePhase phase, List<Hold> holds) {
        return new MoveStep(phase, End.NOT_YET, List.of(), holds);
    }

    static MoveStep go(MovePhase phase, List<? extends RebalanceAction> actions) {
        return new MoveStep(phase, End.NOT_YET, List.copyOf(actions), List.of());
    }

    static MoveStep over(MovePhase phase, End end) {
        return new MoveStep(phase, end, List.of(), List.of());
    }
}
