package io.shardwright.rebalance;

import io.shardwright.crds.MovePhase;
import io.shardwright.plan.Hold;
import io.shardwright.rebalance.MoveStep.End;
import java.util.Optional;
import java.util.Set;

/**
 * Decides the next step of the move of a partition.
 *
 * <p>While it is Copying, nothing of either table is touched: the partition is fetched into staging tables, one on every replica
 * of the target, and compared part by part. Then it is Switching, which is written in status before anything irreversible:
 *
 * <ol>
 *   <li>The replication queues of the source's replicas are stopped, and the partition's drop is put into them. It is carried
 *       out nowhere, and it takes no block that is inserted from now on.
 *   <li>What it would take is compared with what was copied. Late rows are written once more, above the blocks that it takes.
 *   <li>The staged copy is attached: hard links, on every replica.
 *   <li>When it is visible everywhere, the queues are started, and the source's copy goes.
 * </ol>
 *
 * Where readers are never to see the partition twice, all servers first read from one side of both shards only (Narrowing). Its
 * queues are stopped, of the target too, and the other side alone goes through the switch. Then all servers read from that one
 * (Turning), and the first side's queues are started. The queries that began before are waited for each time.
 *
 * <p>A crash in between leaves readers with what they saw before; a server that restarts meanwhile carries the drop out at once,
 * when the copy stands, compared, on every replica of the target. Once the drop is queued, the move only goes forward.
 */
final class MoveStepPlanner {
    private MoveStepPlanner() {}

    /**
     * What is wanted of the move.
     *
     * @param goesOn false when it is to be given up, if it still can
     * @param attempts how often it was copied
     * @param whyNotSwitch why the partition may not change shards now, e.g. because another one of the table does
     */
    record Wish(boolean goesOn, int attempts, Optional<Hold> whyNotSwitch, Reading reading) {}

    static MoveStep plan(Move move, MovePhase phase, MoveObserved observed, Wish wish) {
        return plan(move, phase, observed, wish, MoveRule.ALL);
    }

    /** @param rules those that are obeyed: all, but in tests */
    static MoveStep plan(Move move, MovePhase phase, MoveObserved observed, Wish wish, Set<MoveRule> rules) {
        var situation = new MoveSituation(move, observed, wish, rules);
        return switch (phase) {
            case Copying -> new CopyingPlanner(situation).plan();
            case Narrowing -> new ReadSidePlanner(situation).narrow();
            case Switching -> new SwitchingPlanner(situation).plan();
            case Turning -> new ReadSidePlanner(situation).turn();
            case CleaningUp -> new CleaningUpPlanner(situation).plan(MovePhase.CleaningUp, End.MOVED);
        };
    }
}
