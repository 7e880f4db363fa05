package io.shardwright.rebalance;

import io.shardwright.clickhouse.ClickHouseException;
import io.shardwright.clickhouse.Servers;
import io.shardwright.rebalance.Readers.Reader;
import io.shardwright.topology.Host;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Asks every server of a cluster at once what it reads from. */
final class ReadersObserver {
    private final Servers servers;
    private final Clock clock;

    ReadersObserver(Servers servers, Clock clock) {
        this.servers = servers;
        this.clock = clock;
    }

    Readers observe(ClusterFacts cluster) {
        var asked = clock.instant();
        List<Future<Reader>> looks;
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            looks = cluster.hosts().stream()
                    .sorted()
                    .map(host -> executor.submit(() -> reader(host, cluster)))
                    .toList();
        }
        return new Readers(
                asked, clock.instant(), looks.stream().map(Future::resultNow).toList());
    }

    private Reader reader(Host host, ClusterFacts cluster) {
        try {
            var layout = cluster.layout();
            return ReadersSql.read(
                    host,
                    servers.query(host, ReadersSql.question(layout.cluster().name())),
                    layout.hosts());
        } catch (ClickHouseException e) {
            return new Reader.Unknown(host, e.getMessage());
        }
    }
}
