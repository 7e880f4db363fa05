package io.shardwright.rebalance;

import io.shardwright.crds.MovePhase;
import io.shardwright.plan.Hold;
import io.shardwright.plan.HoldReason;
import io.shardwright.rebalance.MoveObserved.Memory;
import io.shardwright.rebalance.MoveObserved.Target;
import io.shardwright.rebalance.MoveStep.End;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Goes on once the drop is queued: what it takes and was not copied is written once more, the copy is attached,
 * and where it is visible everywhere, the source's copy goes.
 */
final class TakeoverPlanner {
    private final MoveSituation situation;
    private final Move move;
    private final MoveObserved observed;
    private final Reading reading;
    private final LateRows lateRows;

    TakeoverPlanner(MoveSituation situation) {
        this.situation = situation;
        this.move = situation.move();
        this.observed = situation.observed();
        this.reading = situation.reading();
        this.lateRows = new LateRows(situation);
    }

    MoveStep plan() {
        if (situation.staged().isEmpty() && observed.memory() != Memory.TAKEN) {
            return waitFor(List.of(situation.unknownTargets().isEmpty() ? copyWasDropped() : copyIsAway()));
        }
        // Once it was attached, all that the drop takes was looked at: no insert with such a number was under way any
        // more.
        boolean isLookedThrough = observed.memory() == Memory.TAKEN;
        var unseen = isLookedThrough ? List.<Hold>of() : whyRowsAreUnseen();
        if (!unseen.isEmpty()) {
            return waitFor(unseen);
        }
        var rescues = isLookedThrough ? List.<RebalanceAction>of() : lateRows.rescues();
        return mustBeAttached() ? attach(rescues) : letTheDropGo(rescues);
    }

    /** Rows that the drop takes may be where they cannot be looked at. */
    private List<Hold> whyRowsAreUnseen() {
        var holds = new ArrayList<Hold>();
        lateRows.lostWithTheirHost().ifPresent(holds::add);
        if (observed.insertsInFlight() && situation.obeys(MoveRule.INSERTS_HAVE_ENDED)) {
            holds.add(new Hold(HoldReason.BeingWritten, move.describe(), "waits for an insert to end"));
        }
        return holds;
    }

    private MoveStep attach(List<RebalanceAction> rescues) {
        var host = situation
                .unreadTargets()
                .filter(target -> target.staged().equals(situation.staged()) && !target.isReadOnly())
                .findFirst();
        if (host.isEmpty()) {
            return waitFor(List.of(copyIsAway()));
        }
        var actions = new ArrayList<>(rescues);
        actions.add(new RebalanceAction.AttachPartition(move, host.get().host()));
        // In one go, so that readers see the partition twice for as short a while as can be.
        if (rescues.isEmpty()) {
            awaitVisible().ifPresent(actions::add);
            actions.addAll(startUnreadSources());
        }
        return new MoveStep(MovePhase.Switching, End.NOT_YET, actions, situation.unknown());
    }

    private MoveStep letTheDropGo(List<RebalanceAction> rescues) {
        // A user who is asked to look lets the drop go, too: not before all that it takes is safe.
        if (rescues.isEmpty() && observed.memory() == Memory.FORGOTTEN && !isVisible()) {
            return waitFor(List.of(undecidable()));
        }
        boolean mayGo = rescues.isEmpty() && (isVisible() || !situation.obeys(MoveRule.VISIBLE_BEFORE_THE_DROP));
        if (!mayGo) {
            return new MoveStep(MovePhase.Switching, End.NOT_YET, rescues, situation.unknown());
        }
        boolean isQueued =
                situation.unreadSources().anyMatch(source -> source.dropsUpTo().isPresent());
        return isQueued ? MoveStep.go(MovePhase.Switching, startUnreadSources()) : afterTheDrop();
    }

    /** Replicas that read the queue late may still have to come to the drop, or do not answer and have their queue stopped. */
    private MoveStep afterTheDrop() {
        boolean isGoneEverywhere =
                observed.source().size() == situation.sources().size()
                        && situation.unreadSources().noneMatch(situation::holdsWhatWasCopied);
        boolean isWhole = reading.side().isAll() || situation.unknown().isEmpty();
        if (!isGoneEverywhere || !isWhole) {
            return new MoveStep(MovePhase.Switching, End.NOT_YET, startUnreadSources(), situation.unknown());
        }
        return reading.side().isAll()
                ? MoveStep.go(MovePhase.CleaningUp, startUnreadSources())
                : MoveStep.go(MovePhase.Turning, startUnreadSources())
                        .reading(ReadSide.of(
                                Stream.concat(situation.sourceHosts().stream(), situation.targetHosts().stream())
                                        .filter(host -> !reading.isRead(host))
                                        .toList()));
    }

    private Optional<RebalanceAction> awaitVisible() {
        return situation.obeys(MoveRule.VISIBLE_BEFORE_THE_DROP)
                ? Optional.of(new RebalanceAction.AwaitVisible(
                        move, situation.unreadTargets().map(Target.Known::host).toList()))
                : Optional.empty();
    }

    private boolean mustBeAttached() {
        return observed.memory() == Memory.NOT_TAKEN
                || observed.memory() == Memory.FORGOTTEN && !situation.obeys(MoveRule.ATTACHED_ONCE) && !isVisible();
    }

    private boolean isVisible() {
        return situation.unreadTargets().findAny().isPresent()
                && situation.unreadTargets().allMatch(Target.Known::isVisible);
    }

    private List<RebalanceAction> startUnreadSources() {
        return situation.startQueues(host -> !situation.isTarget(host) && !reading.isRead(host));
    }

    private Hold copyIsAway() {
        return new Hold(
                HoldReason.LastGoodCopy,
                move.describe(),
                "the copy on shard " + move.to() + " is not to be seen, so the rows on shard " + move.from()
                        + " stay, with replication of the table stopped there; waits for the replicas of shard "
                        + move.to());
    }

    private Hold copyWasDropped() {
        return new Hold(
                HoldReason.LastGoodCopy,
                move.describe(),
                "the copy on shard " + move.to() + " was dropped, so the rows on shard " + move.from()
                        + " stay, with replication of the table stopped there. When every replica of shard " + move.to()
                        + " has them, " + letTheQueuesGo() + " on every replica of shard " + move.from());
    }

    private Hold undecidable() {
        return new Hold(
                HoldReason.RowsAlreadyPresent,
                move.describe(),
                "so much was inserted meanwhile, or it is so long ago, that shard " + move.to()
                        + " does not remember whether it took the"
                        + " rows: look, attach " + move.staging() + " there if no replica has them, " + letTheQueuesGo()
                        + " on its replicas; when all have the rows, drop " + move.staging()
                        + " on each, and let the queues go on every replica of shard " + move.from());
    }

    private String letTheQueuesGo() {
        return "let the queues go (SYSTEM START REPLICATION QUEUES "
                + move.table().database() + "." + move.table().table() + ")";
    }

    private MoveStep waitFor(List<Hold> holds) {
        return MoveStep.stay(MovePhase.Switching, withUnknown(holds));
    }

    private List<Hold> withUnknown(List<Hold> holds) {
        return Stream.concat(holds.stream(), situation.unknown().stream()).toList();
    }
}
