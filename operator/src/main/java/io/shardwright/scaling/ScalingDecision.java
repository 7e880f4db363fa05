package io.shardwright.scaling;

import io.shardwright.crds.LeavingPhase;
import io.shardwright.crds.LeavingShardPhase;
import io.shardwright.plan.Plan;
import io.shardwright.scaling.ScalingObserved.Departure;
import io.shardwright.topology.Host;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;

/**
 * What to do next, and what the status is to say of those that leave. What the status does not say yet is not acted on: the
 * actions follow from what was observed, so that every other reconciler could read it before.
 *
 * @param quiet hosts that leave, and that nothing keeps from sending what they have to
 * @param quietShards shards that are emptied, and that nobody brings rows to any more
 * @param milestones what was decided in this pass and cannot be taken back
 * @param balancedShards number of shards that the data is spread over when the actions are done
 */
record ScalingDecision(
        Plan<ScalingAction> plan,
        SortedMap<Host, Departure<LeavingPhase>> departures,
        SortedMap<Integer, Departure<LeavingShardPhase>> shardDepartures,
        Set<Host> quiet,
        Set<Integer> quietShards,
        List<Milestone> milestones,
        Optional<Integer> balancedShards) {

    /** A step, and what was verified before it. */
    record Milestone(String what, String verified) {}
}
