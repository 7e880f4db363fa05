package io.shardwright.rebalance;

import io.shardwright.clickhouse.HostSnapshot.TableName;
import io.shardwright.rebalance.HostParts.Partition;
import io.shardwright.rebalance.HostParts.PartitionName;
import io.shardwright.topology.Host;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Asks a host what it holds, in one statement, and reads the answer. */
final class HostPartsSql {
    /** Rows of different kinds; the first field says which. Tables of moves and of imports are the operator's own. */
    static final String SQL =
            """
            SELECT 'replicated' AS kind, database AS a, table AS b, toString(is_readonly OR is_session_expired) AS c, '' AS d, '' AS e, '' AS f
            FROM system.replicas WHERE %1$s
            UNION ALL
            SELECT 'partition' AS kind, database AS a, table AS b, partition_id AS c, toString(sum(rows)) AS d,
                toString(sum(bytes_on_disk)) AS e, toString(toInt64(toUInt32(now())) - toInt64(toUInt32(max(modification_time)))) AS f
            FROM system.parts WHERE active AND engine LIKE 'Replicated%%' AND %1$s GROUP BY database, table, partition_id
            UNION ALL
            SELECT 'queued' AS kind, database AS a, table AS b, new_part_name AS c, '' AS d, '' AS e, '' AS f
            FROM system.replication_queue WHERE %1$s
            UNION ALL
            SELECT 'merging' AS kind, database AS a, table AS b, partition_id AS c, '' AS d, '' AS e, '' AS f
            FROM system.merges WHERE %1$s
            UNION ALL
            SELECT 'mutating' AS kind, database AS a, table AS b, '' AS c, '' AS d, '' AS e, '' AS f
            FROM system.mutations WHERE NOT is_done AND %1$s
            UNION ALL
            SELECT 'unreplicated' AS kind, database AS a, table AS b, toString(sum(bytes_on_disk)) AS c, '' AS d, '' AS e, '' AS f
            FROM system.parts WHERE active AND database != 'system' AND NOT engine LIKE 'Replicated%%' AND %1$s
            GROUP BY database, table
            UNION ALL
            SELECT 'used' AS kind, toString(sum(bytes_on_disk)) AS a, '' AS b, '' AS c, '' AS d, '' AS e, '' AS f
            FROM system.parts""".formatted("substring(table, 1, 6) != '_move_' AND substring(table, 1, 8) != '_import_'");

    /** Free bytes of the disk of the tables, of servers that know it. */
    static final String FREE = "SELECT toString(min(free_space)) FROM system.disks";

    private HostPartsSql() {}

    /** @param free rows that {@link #FREE} returned; none when it was not asked */
    static HostParts.Known read(Host host, List<List<String>> rows, List<List<String>> free) {
        var partitions = ofKind(rows, "partition")
                .map(row -> new Partition(
                        new PartitionName(table(row), row.get(3)),
                        Long.parseLong(row.get(4)),
                        Long.parseLong(row.get(5)),
                        Long.parseLong(row.get(6))))
                .toList();
        return new HostParts.Known(
                host,
                ofKind(rows, "replicated").map(HostPartsSql::table).collect(Collectors.toSet()),
                ofKind(rows, "replicated")
                        .filter(row -> row.get(3).equals("1"))
                        .map(HostPartsSql::table)
                        .collect(Collectors.toSet()),
                partitions,
                busy(rows, partitions),
                ofKind(rows, "unreplicated")
                        .collect(Collectors.toMap(HostPartsSql::table, row -> Long.parseLong(row.get(3)))),
                ofKind(rows, "used")
                        .mapToLong(row -> Long.parseLong(row.get(1)))
                        .sum(),
                free.stream().mapToLong(row -> Long.parseLong(row.getFirst())).findFirst());
    }

    /** A mutation may touch every partition of its table. */
    private static Set<PartitionName> busy(List<List<String>> rows, List<Partition> partitions) {
        var busy = new HashSet<PartitionName>();
        ofKind(rows, "merging").forEach(row -> busy.add(new PartitionName(table(row), row.get(3))));
        var mutating = ofKind(rows, "mutating").map(HostPartsSql::table).collect(Collectors.toSet());
        var queued = new ArrayList<>(ofKind(rows, "queued").toList());
        for (var partition : partitions) {
            var name = partition.name();
            boolean isBusy = mutating.contains(name.table())
                    || queued.stream()
                            .anyMatch(row ->
                                    table(row).equals(name.table()) && PartNames.isOf(row.get(3), name.partition()));
            if (isBusy) {
                busy.add(name);
            }
        }
        return busy;
    }

    private static TableName table(List<String> row) {
        return new TableName(row.get(1), row.get(2));
    }

    private static Stream<List<String>> ofKind(List<List<String>> rows, String kind) {
        return rows.stream().filter(row -> kind.equals(row.getFirst()));
    }
}
