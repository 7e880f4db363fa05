package io.shardwright.scaling;

import io.shardwright.crds.LeavingShardPhase;
import io.shardwright.scaling.ScalingObserved.Departure;
import io.shardwright.scaling.ScalingObserved.StandingRebalance;
import io.shardwright.topology.Host;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Which Rebalances scaling asks for: one that empties the shards that leave, or one that fills those that came.
 *
 * @param balancedShards number of shards that the data is spread over once the actions are done
 */
record Rebalances(List<ScalingAction> actions, Optional<Integer> balancedShards) {
    static Rebalances plan(
            ScalingIntent intent,
            ScalingObserved observed,
            SortedMap<Integer, Departure<LeavingShardPhase>> shardDepartures,
            Evidence evidence) {
        var drain = shardDepartures.entrySet().stream()
                .filter(shard -> shard.getValue().phase() == LeavingShardPhase.Draining)
                .map(Map.Entry::getKey)
                .collect(Collectors.toCollection(TreeSet::new));
        var actions = new ArrayList<ScalingAction>();
        // One that is over and yet did not do it ended before the last rows came.
        Predicate<StandingRebalance> isOfUse = rebalance -> rebalance.drain().equals(drain) && !rebalance.isOver();
        observed.rebalances().stream()
                .filter(rebalance -> isInTheWay(rebalance, drain) && !isOfUse.test(rebalance))
                .map(rebalance -> new ScalingAction.DeleteRebalance(rebalance.name()))
                .forEach(actions::add);
        boolean mustDrain = drain.stream().anyMatch(shard -> evidence.hasRows(observed.hostsOf(shard)));
        if (mustDrain && observed.rebalances().stream().noneMatch(isOfUse)) {
            actions.add(new ScalingAction.CreateRebalance(name(intent, "drain", drain.first(), observed), drain));
        }
        return fill(intent, observed, actions, shardDepartures.isEmpty());
    }

    /** What empties a shard spreads its rows evenly: whatever fills another at the same time would only be waited for. */
    private static boolean isInTheWay(StandingRebalance rebalance, Set<Integer> drain) {
        if (rebalance.drain().isEmpty()) {
            return !drain.isEmpty() && !rebalance.isOver();
        }
        return !rebalance.isOver() || rebalance.drain().equals(drain);
    }

    private static Rebalances fill(
            ScalingIntent intent, ScalingObserved observed, List<ScalingAction> actions, boolean nothingLeaves) {
        int wanted = intent.size().shards();
        int balanced = observed.balancedShards().orElse(wanted);
        if (!nothingLeaves || balanced >= wanted || !isServed(wanted, observed)) {
            return new Rebalances(actions, Optional.of(Math.min(balanced, wanted)));
        }
        if (intent.fillsNewShards()) {
            actions.add(new ScalingAction.CreateRebalance(name(intent, "fill", wanted, observed), new TreeSet<>()));
        }
        return new Rebalances(actions, Optional.of(wanted));
    }

    private static boolean isServed(int shards, ScalingObserved observed) {
        var served = observed.inService().stream().map(Host::shard).collect(Collectors.toSet());
        return IntStream.range(0, shards).allMatch(served::contains);
    }

    /** A free name: what an earlier one of the same name did is over, and stays for people to read. */
    private static String name(ScalingIntent intent, String purpose, int number, ScalingObserved observed) {
        var taken = observed.rebalances().stream().map(StandingRebalance::name).collect(Collectors.toSet());
        var name = intent.cluster().name() + "-" + purpose + "-" + number;
        return IntStream.iterate(1, attempt -> attempt + 1)
                .mapToObj(attempt -> attempt == 1 ? name : name + "-" + attempt)
                .filter(candidate -> !taken.contains(candidate))
                .findFirst()
                .orElseThrow();
    }
}
