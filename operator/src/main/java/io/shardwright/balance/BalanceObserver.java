package io.shardwright.balance;

import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.shardwright.balance.BalanceObserved.StandingRebalance;
import io.shardwright.clickhouse.HostSizes;
import io.shardwright.clickhouse.LatestSizes;
import io.shardwright.crds.ClickHouseCluster;
import io.shardwright.crds.Rebalance;
import io.shardwright.crds.RebalancePhase;
import io.shardwright.crds.RebalanceStatus;
import io.shardwright.topology.ClusterIntent;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Optional;
import java.util.TreeSet;

/** Looks at caches only: hosts were asked what they hold when their Shards were looked at. */
final class BalanceObserver {
    private final LatestSizes sizes;

    BalanceObserver(LatestSizes sizes) {
        this.sizes = sizes;
    }

    BalanceObserved observe(ClusterIntent cluster, Context<ClickHouseCluster> context, Instant now) {
        var shards = new TreeSet<>(cluster.layout().shards());
        var leaving = cluster.leaving().shards().keySet();
        var known = new HashMap<Integer, HostSizes>();
        shards.forEach(shard -> cluster.layout().hostsOf(shard).stream()
                .filter(host -> !cluster.leaving().isGoing(host))
                .flatMap(host -> sizes.of(host, now).stream())
                .max(Comparator.comparingLong(HostSizes::bytes))
                .ifPresent(fullest -> known.put(shard, fullest)));
        return new BalanceObserved(
                shards,
                leaving,
                !leaving.isEmpty() || shards.size() != cluster.size().shards(),
                known,
                context.getSecondaryResources(Rebalance.class).stream()
                        .map(BalanceObserver::standing)
                        .toList());
    }

    private static StandingRebalance standing(Rebalance rebalance) {
        var metadata = rebalance.getMetadata();
        var status = Optional.ofNullable(rebalance.getStatus());
        boolean isDone = status.filter(said -> said.phase() == RebalancePhase.Succeeded
                        && metadata.getGeneration().equals(said.observedGeneration()))
                .isPresent();
        return new StandingRebalance(
                metadata.getName(),
                Instant.parse(metadata.getCreationTimestamp()),
                isDone || Boolean.TRUE.equals(rebalance.getSpec().dryRun()),
                status.map(RebalanceStatus::completionTime).map(Instant::parse));
    }
}
