package io.shardwright.balance;

import io.shardwright.clickhouse.HostSizes;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * What stands of a cluster.
 *
 * @param shards that the cluster has
 * @param leaving those of them that leave it
 * @param isChanging shards come or go
 * @param sizes of the fullest replica of each shard that said lately what it holds
 * @param rebalances of the cluster, whoever made them
 */
record BalanceObserved(
        SortedSet<Integer> shards,
        Set<Integer> leaving,
        boolean isChanging,
        Map<Integer, HostSizes> sizes,
        List<StandingRebalance> rebalances) {
    BalanceObserved {
        leaving = Set.copyOf(leaving);
        sizes = Map.copyOf(sizes);
        rebalances = List.copyOf(rebalances);
    }

    /**
     * @param isOver nothing is left to move, or it is to move nothing
     * @param completed when nothing was left to move
     */
    record StandingRebalance(String name, Instant created, boolean isOver, Optional<Instant> completed) {}

    /** Empty while a shard does not say what it holds. */
    Optional<Imbalance> imbalance() {
        var staying = new TreeSet<>(shards);
        staying.removeAll(leaving);
        return staying.isEmpty() || !sizes.keySet().containsAll(shards)
                ? Optional.empty()
                : Optional.of(Imbalance.of(sizes, staying));
    }

    /** Whether every shard was asked after that. */
    boolean isNewerThan(Instant moment) {
        return sizes.values().stream().allMatch(size -> size.at().isAfter(moment));
    }
}
