package io.shardwright.rebalance;

import io.shardwright.crds.MovePhase;
import io.shardwright.rebalance.MoveStep.End;
import java.util.ArrayList;
import java.util.stream.Stream;

/** Removes the tables of a move that is over. */
final class CleaningUpPlanner {
    private final MoveSituation situation;
    private final Move move;

    CleaningUpPlanner(MoveSituation situation) {
        this.situation = situation;
        this.move = situation.move();
    }

    MoveStep plan(MovePhase phase, End end) {
        var actions = new ArrayList<RebalanceAction>();
        // A replica that was away may still have to link what it has in the staging table.
        situation.targets().stream()
                .filter(target -> !target.tables().isEmpty() && target.hanging().isEmpty())
                .filter(target -> end == End.GIVEN_UP || target.isCaughtUp())
                .forEach(target -> actions.add(new RebalanceAction.DropMoveTables(move, target.host())));
        var holds = Stream.concat(situation.unknownTargets().stream(), situation.hanging().stream())
                .toList();
        boolean isTidy =
                situation.targets().stream().allMatch(target -> target.tables().isEmpty());
        return isTidy && holds.isEmpty() ? MoveStep.over(phase, end) : new MoveStep(phase, End.NOT_YET, actions, holds);
    }
}
