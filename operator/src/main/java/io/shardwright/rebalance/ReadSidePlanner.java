package io.shardwright.rebalance;

import io.shardwright.crds.MovePhase;
import io.shardwright.rebalance.MoveObserved.Target;
import io.shardwright.rebalance.MoveStep.End;
import java.util.List;
import java.util.function.Supplier;

/** Lets all servers read from one side of both shards of a move alone, and from the other once that has changed. */
final class ReadSidePlanner {
    private final MoveSituation situation;
    private final Reading reading;

    ReadSidePlanner(MoveSituation situation) {
        this.situation = situation;
        this.reading = situation.reading();
    }

    /** Nothing has changed yet, and whatever is not as it should be is a reason to go back. */
    MoveStep narrow() {
        boolean mayGoOn = reading.isExact()
                && situation.wish().goesOn()
                && situation.wish().whyNotSwitch().isEmpty()
                && situation.unknown().isEmpty()
                && reading.unknown().isEmpty()
                && situation.replicasAgree()
                && situation.isCopied();
        return mayGoOn
                ? whenTurned(
                        MovePhase.Narrowing,
                        () -> MoveStep.beginSwitch(situation.observed().remembered()))
                : MoveStep.go(MovePhase.Copying, List.of()).reading(ReadSide.ALL);
    }

    /** Once every server reads from the side alone, and the queries that began before have ended. */
    private MoveStep whenTurned(MovePhase phase, Supplier<MoveStep> next) {
        var side = reading.side();
        var elsewhere = situation.elsewhere();
        if (elsewhere.isPresent()) {
            return MoveStep.stay(phase, List.of(elsewhere.get())).reading(side.notSeen());
        }
        if (side.since().isEmpty()) {
            return MoveStep.go(phase, List.of())
                    .reading(side.seen(reading.readers().answered()));
        }
        return reading.olderQuery()
                .filter(hold -> situation.obeys(MoveRule.OLDER_QUERIES_HAVE_ENDED))
                .map(hold -> MoveStep.stay(phase, List.of(hold)))
                .orElseGet(next);
    }

    /** The side that changed is the one that is read; the other follows. */
    MoveStep turn() {
        return reading.isExact() ? whenTurned(MovePhase.Turning, this::changeTheOtherSide) : changeTheOtherSide();
    }

    private MoveStep changeTheOtherSide() {
        boolean isDone = situation.unknown().isEmpty()
                && situation.sources().stream()
                        .allMatch(source -> source.dropsUpTo().isEmpty() && !situation.holdsWhatWasCopied(source))
                && situation.targets().stream().allMatch(Target.Known::isCaughtUp);
        var actions = situation.startQueues(host -> true);
        return isDone
                ? MoveStep.go(MovePhase.CleaningUp, actions).reading(ReadSide.ALL)
                : new MoveStep(MovePhase.Turning, End.NOT_YET, actions, situation.unknown());
    }
}
