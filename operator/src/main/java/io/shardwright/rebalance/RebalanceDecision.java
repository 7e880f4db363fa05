package io.shardwright.rebalance;

import io.shardwright.crds.LeftAlone;
import io.shardwright.crds.PlannedMove;
import io.shardwright.crds.RebalancePhase;
import io.shardwright.plan.Plan;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What to do next, and what is to be written in status when it is done.
 *
 * @param steps what comes next of each move that was begun, by its id
 * @param begun moves that begin now: they are written in status first, and nothing is done for them before
 * @param planned moves that are still to be begun after those
 * @param waiting for what would be moved as well
 * @param imbalancePercent how far the fullest shard is above its fair share
 */
record RebalanceDecision(
        RebalancePhase phase,
        Map<String, MoveStep> steps,
        List<CurrentMove> begun,
        List<PlannedMove> planned,
        List<LeftAlone> leftAlone,
        Optional<Waiting> waiting,
        int imbalancePercent,
        Plan<RebalanceAction> plan) {}
