package io.shardwright.rebalance;

import io.shardwright.crds.MovePhase;
import io.shardwright.plan.Hold;
import java.util.List;
import java.util.Optional;

/**
 * What comes next of a move. The phase, or the end, is reached when every action was done.
 *
 * @param end how the move is over; {@link End#NOT_YET} while it is not
 * @param mark what is to be kept when the switch begins
 * @param side that servers are to read from then, if that changes
 */
record MoveStep(
        MovePhase phase,
        End end,
        List<RebalanceAction> actions,
        List<Hold> holds,
        Optional<Mark> mark,
        Optional<ReadSide> side) {
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

    MoveStep(MovePhase phase, End end, List<? extends RebalanceAction> actions, List<Hold> holds) {
        this(phase, end, List.copyOf(actions), holds, Optional.empty(), Optional.empty());
    }

    /** @param mark the last thing that the target remembers */
    static MoveStep beginSwitch(Mark mark) {
        return new MoveStep(
                MovePhase.Switching, End.NOT_YET, List.of(), List.of(), Optional.of(mark), Optional.empty());
    }

    /** The same, and servers are to read from a side. */
    MoveStep reading(ReadSide newSide) {
        return new MoveStep(phase, end, actions, holds, mark, Optional.of(newSide));
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
