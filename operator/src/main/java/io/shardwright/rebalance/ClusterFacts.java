package io.shardwright.rebalance;

import io.shardwright.clickhouse.Dialect;
import io.shardwright.topology.Host;
import io.shardwright.topology.Layout;
import java.util.List;
import java.util.Set;

/**
 * What the cluster is like.
 *
 * @param hosts those that have tables and keep them
 * @param draining shards that leave the cluster
 * @param volumeBytes size of each host's volume
 */
record ClusterFacts(Layout layout, Set<Host> hosts, Set<Integer> draining, long volumeBytes, Dialect dialect) {
    ClusterFacts {
        hosts = Set.copyOf(hosts);
        draining = Set.copyOf(draining);
    }

    List<Host> hostsOf(int shard) {
        return layout.hostsOf(shard).stream().filter(hosts::contains).toList();
    }
}
