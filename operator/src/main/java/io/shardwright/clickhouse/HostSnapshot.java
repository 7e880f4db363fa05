package io.shardwright.clickhouse;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What a host says of itself, all in one round trip: {@link #SQL}, read by {@link #parse}. The same statement works on every
 * version from 18.16 to 26.
 *
 * @param version version of the server, e.g. 18.16.1.1
 * @param clusterNodes its remote_servers: every node of every cluster that it knows
 * @param readOnlyReplicas its replicated tables that take no writes, because their session with the coordination is gone or
 *     their metadata stands there no longer
 * @param databases names of all its databases
 * @param tables tables with active parts, without the server's own logs: those grow by themselves
 * @param newest the newest partitions of those tables, {@link #NEWEST} of each at most, where their ids tell which are newer
 */
public record HostSnapshot(
        String version,
        List<ClusterNode> clusterNodes,
        List<TableName> readOnlyReplicas,
        List<String> databases,
        List<TableSize> tables,
        List<PartitionSize> newest) {
    /** So many partitions of a table are told at most. */
    public static final int NEWEST = 12;

    /** A sequence of rows of different kinds; the first column says which. Partitions by a text or a float have a hash as id. */
    public static final String SQL = """
            SELECT 'version' AS kind, version() AS a, '' AS b, '' AS c, '' AS d
            UNION ALL
            SELECT 'node' AS kind, cluster AS a, toString(shard_num) AS b, toString(replica_num) AS c, host_name AS d
            FROM system.clusters
            UNION ALL
            SELECT 'readonly' AS kind, database AS a, table AS b, '' AS c, '' AS d
            FROM system.replicas WHERE is_readonly
            UNION ALL
            SELECT 'database' AS kind, name AS a, '' AS b, '' AS c, '' AS d
            FROM system.databases
            UNION ALL
            SELECT 'table' AS kind, database AS a, table AS b, toString(sum(rows)) AS c, toString(sum(bytes_on_disk)) AS d
            FROM system.parts WHERE active AND database != 'system' GROUP BY database, table
            UNION ALL
            SELECT 'newest' AS kind, database AS a, table AS b, partition_id AS c, toString(held) AS d
            FROM (
                SELECT database, table, partition_id, sum(bytes_on_disk) AS held
                FROM system.parts WHERE active AND database != 'system' AND length(partition_id) != 32
                GROUP BY database, table, partition_id
                ORDER BY database, table, partition_id DESC LIMIT %d BY database, table
            )""".formatted(NEWEST);

    private static final int COLUMNS = 5;

    public HostSnapshot {
        clusterNodes = List.copyOf(clusterNodes);
        readOnlyReplicas = List.copyOf(readOnlyReplicas);
        databases = List.copyOf(databases);
        tables = List.copyOf(tables);
        newest = List.copyOf(newest);
    }

    /**
     * A row of system.clusters.
     *
     * @param shardNum position of the shard in the cluster, from 1
     * @param replicaNum position of the replica in the shard, from 1
     */
    public record ClusterNode(String cluster, int shardNum, int replicaNum, String hostName) {}

    /** A table of a database. */
    public record TableName(String database, String table) {}

    /** What a table's active parts hold. */
    public record TableSize(TableName name, long rows, long bytes) {}

    /** What the active parts of a partition hold. */
    public record PartitionSize(TableName table, String partition, long bytes) {}

    /**
     * Reads the rows that {@link #SQL} returned, in any order.
     *
     * @throws IllegalArgumentException when they are not what that statement returns
     */
    public static HostSnapshot parse(List<List<String>> rows) {
        rows.stream().filter(row -> row.size() != COLUMNS).findFirst().ifPresent(row -> {
            throw new IllegalArgumentException("a row of a host's snapshot has " + row.size() + " columns");
        });
        return new HostSnapshot(
                ofKind(rows, "version")
                        .map(row -> row.get(1))
                        .findFirst()
                        .orElseThrow(() -> new IllegalArgumentException("a host's snapshot has no version")),
                ofKind(rows, "node")
                        .map(row -> new ClusterNode(
                                row.get(1), Integer.parseInt(row.get(2)), Integer.parseInt(row.get(3)), row.get(4)))
                        .toList(),
                ofKind(rows, "readonly")
                        .map(row -> new TableName(row.get(1), row.get(2)))
                        .toList(),
                ofKind(rows, "database").map(row -> row.get(1)).toList(),
                ofKind(rows, "table")
                        .map(row -> new TableSize(
                                new TableName(row.get(1), row.get(2)),
                                Long.parseLong(row.get(3)),
                                Long.parseLong(row.get(4))))
                        .toList(),
                ofKind(rows, "newest")
                        .map(row -> new PartitionSize(
                                new TableName(row.get(1), row.get(2)), row.get(3), Long.parseLong(row.get(4))))
                        .toList());
    }

    /** The host names of one cluster, as the server knows them; empty when it does not know the cluster. */
    public List<String> hostNamesOf(String cluster) {
        return clusterNodes.stream()
                .filter(node -> node.cluster().equals(cluster))
                .map(ClusterNode::hostName)
                .toList();
    }

    /** Bytes on disk of all active parts. */
    public long bytes() {
        return tables.stream().mapToLong(TableSize::bytes).sum();
    }

    /** What the active parts of a table hold; empty when it has none. */
    public Optional<TableSize> sizeOf(String database, String table) {
        var name = new TableName(database, table);
        return tables.stream().filter(size -> size.name().equals(name)).findFirst();
    }

    private static Stream<List<String>> ofKind(List<List<String>> rows, String kind) {
        return rows.stream().filter(row -> kind.equals(row.getFirst()));
    }
}
