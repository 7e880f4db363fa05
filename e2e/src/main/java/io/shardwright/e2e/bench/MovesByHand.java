package io.shardwright.e2e.bench;

import static org.awaitility.Awaitility.await;

import io.shardwright.e2e.harness.HostSql;
import io.shardwright.topology.Host;
import java.time.Duration;
import java.util.Collection;
import java.util.List;

/**
 * Partitions moved between shards by plain statements, one after the other, as a careful user types them: a copy is dropped
 * when every replica of the other shard has it.
 */
final class MovesByHand {
    private static final Duration MOVED_WITHIN = Duration.ofMinutes(2);

    private final HostSql sql;
    private final Load load;
    private Duration fetching = Duration.ZERO;

    MovesByHand(HostSql sql, Load load) {
        this.sql = sql;
        this.load = load;
    }

    /** How long the FETCH PARTITION statements alone took so far. */
    Duration fetching() {
        return fetching;
    }

    Duration move(Collection<String> partitions, int from, int to) {
        long began = System.nanoTime();
        partitions.forEach(partition -> move(partition, from, to));
        return Duration.ofNanos(System.nanoTime() - began);
    }

    private void move(String partition, int from, int to) {
        var source = sql.host(from, 0);
        long bytes = load.partitions(source).get(partition);
        var path = sql.value(
                source,
                "SELECT zookeeper_path FROM system.replicas WHERE database = '" + Load.DATABASE + "' AND table = '"
                        + Load.TABLE + "'");
        long began = System.nanoTime();
        alter(sql.host(to, 0), "FETCH PARTITION ID '" + partition + "' FROM '" + path + "'");
        fetching = fetching.plusNanos(System.nanoTime() - began);
        alter(sql.host(to, 0), "ATTACH PARTITION ID '" + partition + "'");
        awaitBytes(to, partition, bytes);
        alter(leader(from), "DROP PARTITION ID '" + partition + "'");
        awaitBytes(from, partition, 0);
    }

    private void alter(Host host, String what) {
        sql.execute(host, "ALTER TABLE " + Load.NAME + " " + what);
    }

    private void awaitBytes(int shard, String partition, long bytes) {
        for (var host : List.of(sql.host(shard, 0), sql.host(shard, 1))) {
            await(host.name() + " has " + bytes + " bytes of " + partition)
                    .pollInterval(Duration.ofMillis(20))
                    .atMost(MOVED_WITHIN)
                    .until(() -> load.partitions(host).getOrDefault(partition, 0L) == bytes);
        }
    }

    /** Others would pass the statement on without a password. */
    private Host leader(int shard) {
        return List.of(sql.host(shard, 0), sql.host(shard, 1)).stream()
                .filter(host -> sql.number(
                                host,
                                "SELECT is_leader FROM system.replicas WHERE database = '" + Load.DATABASE
                                        + "' AND table = '" + Load.TABLE + "'")
                        == 1)
                .findFirst()
                .orElseThrow();
    }
}
