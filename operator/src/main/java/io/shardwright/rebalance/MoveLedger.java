package io.shardwright.rebalance;

import io.shardwright.plan.HoldReason;
import io.shardwright.plan.Outcome;
import io.shardwright.rebalance.MoveStep.End;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The moves that were begun, as they are after a pass: what status says of them, and what the next pass goes on from.
 *
 * @param moved those that are over since this pass
 */
record MoveLedger(List<CurrentMove> current, List<CurrentMove> moved) {
    /** A step is taken only if every action of the move was done. */
    static MoveLedger after(
            List<CurrentMove> before, RebalanceDecision decision, List<Outcome<RebalanceAction>> outcomes) {
        var current = new ArrayList<CurrentMove>();
        var moved = new ArrayList<CurrentMove>();
        for (var move : before) {
            var step = decision.steps().get(move.move().id());
            if (step == null || !isTaken(step, outcomes)) {
                current.add(move);
            } else if (step.end() == End.NOT_YET) {
                current.add(move.with(
                        step.phase(),
                        copies(step),
                        step.mark().orElse(move.mark()),
                        step.side().orElse(move.side())));
            } else if (step.end() == End.MOVED) {
                moved.add(move);
            }
        }
        current.addAll(decision.begun());
        current.sort(Comparator.comparing(CurrentMove::move, Move.ORDER));
        return new MoveLedger(List.copyOf(current), List.copyOf(moved));
    }

    private static boolean isTaken(MoveStep step, List<Outcome<RebalanceAction>> outcomes) {
        return step.actions().stream().allMatch(action -> outcomes.stream()
                .anyMatch(
                        outcome -> outcome instanceof Outcome.Done<RebalanceAction>(var done) && done.equals(action)));
    }

    /** One that is made because the one before it failed is no other attempt: nothing was written meanwhile. */
    private static int copies(MoveStep step) {
        if (step.holds().stream().anyMatch(hold -> hold.reason() == HoldReason.CopyFailed)) {
            return 0;
        }
        return (int) step.actions().stream()
                .filter(RebalanceAction.CopyPartition.class::isInstance)
                .count();
    }
}
