package io.shardwright.rebalance;

import io.shardwright.clickhouse.ClickHouseException;
import io.shardwright.clickhouse.Servers;
import io.shardwright.topology.Host;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Looks at what every host of a cluster holds, all at once. */
final class HostPartsObserver {
    private final Servers servers;

    HostPartsObserver(Servers servers) {
        this.servers = servers;
    }

    List<HostParts> observe(ClusterFacts cluster) {
        List<Future<HostParts>> looks;
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            looks = cluster.layout().shards().stream()
                    .flatMap(shard -> cluster.hostsOf(shard).stream())
                    .map(host -> executor.submit(() -> observe(host, cluster)))
                    .toList();
        }
        return looks.stream().map(Future::resultNow).toList();
    }

    private HostParts observe(Host host, ClusterFacts cluster) {
        try {
            var rows = servers.query(host, HostPartsSql.SQL);
            var free = cluster.dialect().hasDisks() ? servers.query(host, HostPartsSql.FREE) : List.<List<String>>of();
            return HostPartsSql.read(host, rows, free);
        } catch (ClickHouseException e) {
            return new HostParts.Unknown(host, e.getMessage());
        }
    }
}
