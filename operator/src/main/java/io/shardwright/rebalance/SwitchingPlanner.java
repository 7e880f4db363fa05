package io.shardwright.rebalance;

import io.shardwright.crds.MovePhase;
import io.shardwright.plan.Hold;
import io.shardwright.plan.HoldReason;
import io.shardwright.rebalance.MoveObserved.Memory;
import io.shardwright.rebalance.MoveObserved.Source;
import io.shardwright.rebalance.MoveObserved.Target;
import io.shardwright.rebalance.MoveStep.End;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Takes the last look at what was copied, and puts the drop of the source's copy into queues that stand still. */
final class SwitchingPlanner {
    private final MoveSituation situation;
    private final Move move;
    private final MoveObserved observed;
    private final Reading reading;

    SwitchingPlanner(MoveSituation situation) {
        this.situation = situation;
        this.move = situation.move();
        this.observed = situation.observed();
        this.reading = situation.reading();
    }

    MoveStep plan() {
        if (!reading.isExact() && !reading.side().isAll()) {
            return MoveStep.go(
                            MovePhase.Switching,
                            situation.startQueues(host -> reading.side().contains(host) && situation.isTarget(host)))
                    .reading(ReadSide.ALL);
        }
        boolean isSettled = situation.sources().stream().allMatch(Source.Known::isSettled)
                && situation.targets().stream().noneMatch(Target.Known::isBusy);
        if (!isSettled) {
            return MoveStep.stay(MovePhase.Switching, situation.hanging());
        }
        if (isNothingLeft()) {
            return backToCopying();
        }
        return isDropQueued() ? new TakeoverPlanner(situation).plan() : beginSwitch();
    }

    /**
     * The last look before the drop is queued; whatever is not as it was copied is copied again. Nothing was attached yet, so
     * that a switch that began too long ago for the target to tell begins anew.
     */
    private MoveStep beginSwitch() {
        if (!situation.unknown().isEmpty() && situation.obeys(MoveRule.UNKNOWN_IS_NOT_ABSENT)) {
            return MoveStep.stay(MovePhase.Switching, situation.unknown());
        }
        boolean isAsCopied = situation.isCopied()
                && situation.replicasAgree()
                && situation.sources().stream()
                        .allMatch(source -> source.awaited().isEmpty());
        var leader = situation.sources().stream().filter(Source.Known::isLeader).findFirst();
        boolean isReadElsewhere =
                reading.side().isAll() || situation.elsewhere().isEmpty();
        boolean mayDrop = situation.wish().goesOn()
                && isAsCopied
                && isReadElsewhere
                && leader.isPresent()
                && observed.memory() != Memory.FORGOTTEN
                && situation.readOnly().isEmpty();
        if (!mayDrop) {
            return observed.memory() == Memory.TAKEN
                    ? new MoveStep(MovePhase.Switching, End.NOT_YET, startStopped(), List.of(twice()))
                    : backToCopying();
        }
        var actions = new ArrayList<RebalanceAction>();
        if (situation.obeys(MoveRule.QUEUES_STAND_STILL)) {
            Stream.concat(
                            situation.sources().stream().map(Source.Known::host),
                            situation.targets().stream().map(Target.Known::host).filter(reading::isRead))
                    .forEach(host -> actions.add(new RebalanceAction.StopQueue(move, host)));
        }
        actions.add(new RebalanceAction.QueueDrop(move, leader.get().host()));
        return MoveStep.go(MovePhase.Switching, actions);
    }

    private MoveStep backToCopying() {
        return MoveStep.go(MovePhase.Copying, startStopped()).reading(ReadSide.ALL);
    }

    private List<RebalanceAction> startStopped() {
        return situation.startQueues(host -> !situation.isTarget(host) || reading.isRead(host));
    }

    /** Neither of the copy nor of a drop: none was ever queued, or a user whom a hold asked to look ended both. */
    private boolean isNothingLeft() {
        return situation.unknown().isEmpty()
                && situation.staged().isEmpty()
                && observed.memory() != Memory.TAKEN
                && situation.sources().stream()
                        .allMatch(source -> source.dropsUpTo().isEmpty());
    }

    /** In a queue, or carried out already. */
    private boolean isDropQueued() {
        return !situation.sources().isEmpty()
                && situation.sources().stream()
                        .anyMatch(source -> source.dropsUpTo().isPresent() || !situation.holdsWhatWasCopied(source));
    }

    private Hold twice() {
        return new Hold(
                HoldReason.RowsAlreadyPresent,
                move.describe(),
                "both shards have the rows, and those on shard " + move.from()
                        + " changed since they were copied; look, and drop what is there twice");
    }
}
