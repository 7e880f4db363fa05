package io.shardwright.rebalance;

import io.shardwright.crds.MovePhase;
import io.shardwright.plan.Hold;
import io.shardwright.plan.HoldReason;
import io.shardwright.rebalance.MoveObserved.Memory;
import io.shardwright.rebalance.MoveObserved.Source;
import io.shardwright.rebalance.MoveObserved.Target;
import io.shardwright.rebalance.MoveStep.End;
import io.shardwright.rebalance.MoveStepPlanner.Wish;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Copies a partition and compares the copy, while nothing of either table is touched. A move that cannot be copied, or is wanted
 * no more, is given up.
 */
final class CopyingPlanner {
    /** A partition that changed this often while it was copied is written all the time. */
    private static final int MOST_ATTEMPTS = 5;

    /**
     * Then the move is given up, and planned anew with names of its own: what a statement that broke off has left, on a disk or
     * in ZooKeeper, can keep a table of the same name from ever being made again.
     */
    private static final int MOST_FAILURES = 5;

    private final MoveSituation situation;
    private final Move move;
    private final MoveObserved observed;
    private final Wish wish;

    CopyingPlanner(MoveSituation situation) {
        this.situation = situation;
        this.move = situation.move();
        this.observed = situation.observed();
        this.wish = situation.wish();
    }

    MoveStep plan() {
        boolean isBusy =
                observed.copy().isRunning() || observed.knownTargets().stream().anyMatch(Target.Known::isBusy);
        boolean isEmpty = situation.unknown().isEmpty()
                && situation.sources().stream()
                        .allMatch(source -> source.parts().isEmpty());
        if (isBusy) {
            return MoveStep.stay(MovePhase.Copying, situation.hanging());
        }
        boolean isTargetGone = observed.target().isEmpty();
        boolean isTriedEnough =
                wish.attempts() >= MOST_ATTEMPTS || observed.copy().failures() >= MOST_FAILURES;
        if (!wish.goesOn() || isEmpty || isTargetGone || isTriedEnough && !situation.isCopied()) {
            return new CleaningUpPlanner(situation).plan(MovePhase.Copying, End.GIVEN_UP);
        }
        if (!situation.unknown().isEmpty() && situation.obeys(MoveRule.UNKNOWN_IS_NOT_ABSENT)) {
            return MoveStep.stay(MovePhase.Copying, situation.unknown());
        }
        if (!situation.replicasAgree()) {
            return hold(
                    HoldReason.PeerNotReady,
                    "replicas of shard " + move.from() + " do not hold the same parts of it yet; waits until they do");
        }
        return situation.isCopied() ? beginSwitchWhenAllowed() : copyOrAwait();
    }

    private MoveStep copyOrAwait() {
        if (situation.targets().isEmpty() || situation.sources().isEmpty()) {
            return MoveStep.stay(MovePhase.Copying, situation.unknown());
        }
        var expected = situation.sources().getFirst().checksums();
        boolean isOnItsWay =
                situation.targets().stream().allMatch(target -> target.tables().contains(move.staging()))
                        && situation.targets().stream()
                                .anyMatch(target -> target.staged().equals(expected));
        if (isOnItsWay) {
            return MoveStep.stay(MovePhase.Copying, troubles());
        }
        var failure = observed.copy().failure().stream()
                .map(why -> copyFailed("is tried again: " + why))
                .toList();
        if (observed.copy().isResting()) {
            return MoveStep.stay(MovePhase.Copying, failure);
        }
        var replicas = observed.target().stream().map(Target::host).toList();
        var host = situation
                .targets()
                .get(Math.floorMod(move.id().hashCode(), situation.targets().size()))
                .host();
        return new MoveStep(
                MovePhase.Copying,
                End.NOT_YET,
                List.of(new RebalanceAction.CopyPartition(
                        move, situation.sources().getFirst().host(), host, replicas)),
                failure);
    }

    private List<Hold> troubles() {
        return situation.targets().stream()
                .flatMap(target -> target.trouble().stream()
                        .map(why -> copyFailed(target.host().name() + " tries again to fetch the copy: " + why)))
                .toList();
    }

    private Hold copyFailed(String message) {
        return new Hold(HoldReason.CopyFailed, move.describe(), message);
    }

    private MoveStep beginSwitchWhenAllowed() {
        if (observed.memory() != Memory.NOT_TAKEN && situation.obeys(MoveRule.ATTACHED_ONCE)) {
            return hold(
                    HoldReason.RowsAlreadyPresent,
                    "shard " + move.to() + " remembers having taken the very same rows, and would ignore them."
                            + " Delete one of the copies, or leave the table out");
        }
        var obstacle = wish.whyNotSwitch()
                .or(situation::readOnly)
                .or(this::withoutLeader)
                .or(this::notReadByAll);
        return obstacle.map(hold -> MoveStep.stay(MovePhase.Copying, List.of(hold)))
                .orElseGet(() ->
                        wish.reading().isExact() ? beginNarrowing() : MoveStep.beginSwitch(observed.remembered()));
    }

    private MoveStep beginNarrowing() {
        var from = wish.reading().half(situation.sourceHosts());
        var to = wish.reading().half(situation.targetHosts());
        if (from.isEmpty() || to.isEmpty()) {
            var hold =
                    wish.reading().unknown().orElseGet(() -> onlyOneReplica(from.isEmpty() ? move.from() : move.to()));
            return MoveStep.stay(MovePhase.Copying, List.of(hold));
        }
        return MoveStep.go(MovePhase.Narrowing, List.of())
                .reading(ReadSide.of(Stream.concat(from.stream(), to.stream()).toList()));
    }

    private Optional<Hold> withoutLeader() {
        return situation.sources().stream().anyMatch(Source.Known::isLeader)
                ? Optional.empty()
                : Optional.of(new Hold(
                        HoldReason.PeerNotReady,
                        move.describe(),
                        "waits until shard " + move.from() + " has elected a leader"));
    }

    /** A shard that came is listed by one server after the other. One that is silent is not waited for: it may be down for good. */
    private Optional<Hold> notReadByAll() {
        return wish.reading()
                .readers()
                .blindTo(situation.targetHosts())
                .filter(server -> situation.obeys(MoveRule.READ_BEFORE_THE_SWITCH))
                .map(server -> new Hold(
                        HoldReason.PeerNotReady,
                        move.describe(),
                        server.name() + " does not read from shard " + move.to()
                                + " yet, so that its clients would miss the rows; waits until it has its new"
                                + " remote_servers"));
    }

    private Hold onlyOneReplica(int shard) {
        return new Hold(
                HoldReason.LastReplicaInService,
                move.describe(),
                "with reads: Exact, readers use one replica of a shard while another changes, and shard " + shard
                        + " does not have two in service that all servers read from. Add a replica, or set"
                        + " reads: Overlap");
    }

    private MoveStep hold(HoldReason reason, String message) {
        return MoveStep.stay(MovePhase.Copying, List.of(new Hold(reason, move.describe(), message)));
    }
}
