package io.shardwright.rebalance;

import io.shardwright.clickhouse.Sql;
import io.shardwright.rebalance.Readers.Reader;
import io.shardwright.topology.Host;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;

/** What a server reads from, and for how long its oldest query runs: asked in one statement, and read. */
final class ReadersSql {
    private static final int MILLIS = 1_000;

    private ReadersSql() {}

    /** A query that is cancelled, or that moves parts of the operator's own, reads no Distributed table. */
    static String question(String cluster) {
        return """
                SELECT 'lists' AS kind, host_name AS a FROM system.clusters WHERE cluster = %1$s
                UNION ALL
                SELECT 'longest' AS kind, toString(max(elapsed)) AS a FROM system.processes
                WHERE is_initial_query AND position(query, %2$s) = 0""".formatted(Sql.literal(cluster), Sql.literal(Move.TABLES));
    }

    /** @param members all hosts of the cluster */
    static Reader.Known read(Host host, List<List<String>> rows, Collection<Host> members) {
        var byName = members.stream().collect(Collectors.toMap(Host::peersDnsName, Function.identity()));
        return new Reader.Known(
                host,
                rows.stream()
                        .filter(row -> row.getFirst().equals("lists"))
                        .map(row -> byName.get(row.get(1)))
                        .filter(members::contains)
                        .collect(Collectors.toSet()),
                rows.stream()
                        .filter(row -> row.getFirst().equals("longest"))
                        .map(row -> Duration.ofMillis((long) Math.ceil(Double.parseDouble(row.get(1)) * MILLIS)))
                        .findFirst()
                        .orElse(Duration.ZERO));
    }
}
