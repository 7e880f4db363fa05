package io.shardwright.e2e.bench;

import static org.awaitility.Awaitility.await;

import io.shardwright.e2e.harness.HostSql;
import io.shardwright.e2e.harness.Sandbox;
import io.shardwright.topology.Host;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** A table of partitions of different sizes, 0.9 GB that do not compress, one part each: nothing is merged meanwhile. */
final class Load {
    static final String DATABASE = "e2e";
    static final String TABLE = "load";
    static final String NAME = DATABASE + "." + TABLE;

    /** Of the table, as users write it. */
    static final String YAML = """
            apiVersion: clickhouse.shardwright.io/v1alpha1
            kind: Table
            metadata: {name: load}
            spec:
              cluster: data
              database: e2e
              columns:
                - {name: id, type: UInt64}
                - {name: noise, type: Array(UInt64)}
                - {name: day, type: Date}
              partitionBy: toYYYYMM(day)
              orderBy: [id]
              distributed: {name: load_all, shardingKey: id}
            """;

    /** How large each partition is, in units. */
    private static final List<Integer> SIZES = List.of(5, 3, 7, 4, 6, 2, 8, 1);

    /** 26 MB; the largest partition still is one block of an insert. */
    private static final int ROWS_A_UNIT = 130_000;

    private static final int QUIET_SECONDS = 31;
    private static final Duration COPIED_WITHIN = Duration.ofMinutes(3);

    private final HostSql sql;

    Load(HostSql sql) {
        this.sql = sql;
    }

    /** Returns when both replicas of shard 0 have it. */
    void fill() {
        for (int month = 1; month <= SIZES.size(); month++) {
            sql.execute(
                    sql.host(0, 0),
                    "INSERT INTO " + NAME + " SELECT number, arrayMap(i -> cityHash64(number, i), range(24)),"
                            + " toDate('2020-0" + month + "-01') FROM system.numbers LIMIT "
                            + SIZES.get(month - 1) * ROWS_A_UNIT);
        }
        awaitCopied(sql.host(0, 0), sql.host(0, 1));
    }

    /** Bytes on disk of each partition. */
    Map<String, Long> partitions(Host host) {
        return sql
                .query(
                        host,
                        "SELECT partition_id, toString(sum(bytes_on_disk)) FROM system.parts WHERE active AND database = '"
                                + DATABASE + "' AND table = '" + TABLE + "' GROUP BY partition_id")
                .stream()
                .collect(Collectors.toMap(
                        List::getFirst, row -> Long.valueOf(row.get(1)), (one, other) -> one, TreeMap::new));
    }

    void awaitCopied(Host from, Host to) {
        var expected = partitions(from);
        await(to.name() + " has what " + from.name() + " has")
                .pollInterval(Duration.ofMillis(50))
                .atMost(COPIED_WITHIN)
                .ignoreExceptions()
                .until(() -> expected.equals(partitions(to)));
    }

    /** The operator moves nothing that was written in the last 30 s. */
    void awaitQuiet() {
        for (int replica = 0; replica < 2; replica++) {
            var host = sql.host(0, replica);
            await("nothing was written for a while")
                    .atMost(Sandbox.SOON)
                    .until(() -> secondsOfQuiet(host) > QUIET_SECONDS);
        }
    }

    private long secondsOfQuiet(Host host) {
        return sql.number(
                host,
                "SELECT min(toUInt32(now()) - toUInt32(modification_time)) FROM system.parts WHERE active AND database = '"
                        + DATABASE + "' AND table = '" + TABLE + "'");
    }

    /** Statements that create what a host has. */
    List<String> schema(Host host) {
        return sql
                .query(
                        host,
                        "SELECT create_table_query FROM system.tables WHERE database = '" + DATABASE
                                + "' ORDER BY name")
                .stream()
                .map(List::getFirst)
                .toList();
    }

    /** @param verb CREATE, or ATTACH where ZooKeeper knows the replica already */
    void create(Host host, String verb, List<String> schema) {
        sql.execute(host, "CREATE DATABASE " + DATABASE);
        schema.forEach(statement -> sql.execute(host, statement.replaceFirst("^CREATE", verb)));
    }
}
