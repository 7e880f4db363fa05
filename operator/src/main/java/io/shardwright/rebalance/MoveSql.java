package io.shardwright.rebalance;

import io.shardwright.clickhouse.Dialect;
import io.shardwright.clickhouse.HostSnapshot.TableName;
import io.shardwright.clickhouse.Sql;
import io.shardwright.importspec.StagingSql;
import io.shardwright.importspec.TargetTable;
import java.util.Map;
import java.util.TreeMap;

/** Statements of moves. Each names its move, so that it is found among the running ones. */
final class MoveSql {
    static final String WINDOW = "replicated_deduplication_window";
    static final String WINDOW_SECONDS = "replicated_deduplication_window_seconds";

    /** What is staged stays as it was copied, and every fingerprint is kept for as long as the move takes. */
    private static final Map<String, String> AS_COPIED =
            Map.of("max_bytes_to_merge_at_max_space_in_pool", "1", WINDOW, "1000000", WINDOW_SECONDS, "315360000");

    /** A replica that tried so often to fetch what is staged has trouble; the first tries often come too early. */
    private static final int TRIES = 3;

    private MoveSql() {}

    /** @param bytesPerSecond at which it fetches, where the server can be told; 0 for no limit */
    static String create(Move move, TargetTable table, String name, Dialect dialect, long bytesPerSecond) {
        var settings = new TreeMap<>(AS_COPIED);
        if (bytesPerSecond > 0 && dialect.throttlesFetches()) {
            settings.put("max_replicated_fetches_network_bandwidth", Long.toString(bytesPerSecond));
        }
        return tagged(move, StagingSql.createReplicated(table, name, Move.path(name), settings));
    }

    static String drop(Move move, String name, Dialect dialect) {
        return tagged(move, dialect.dropTable(Sql.qualified(move.table().database(), name)));
    }

    /** @param path ZooKeeper path of the table at the source */
    static String fetch(Move move, String path) {
        return tagged(
                move,
                alter(move, move.inbox()) + " FETCH PARTITION ID " + partition(move) + " FROM " + Sql.literal(path));
    }

    /** Makes active what was fetched. */
    static String unpack(Move move) {
        return tagged(move, alter(move, move.inbox()) + " ATTACH PARTITION ID " + partition(move));
    }

    static String stage(Move move) {
        return attach(move, move.staging(), move.inbox());
    }

    static String attach(Move move) {
        return attach(move, move.table().table(), move.staging());
    }

    private static String attach(Move move, String to, String from) {
        return tagged(move, StagingSql.attachPartition(move.table().database(), to, move.partition(), from));
    }

    static String stopQueue(Move move) {
        return tagged(move, "SYSTEM STOP REPLICATION QUEUES " + name(move.table()));
    }

    static String startQueue(Move move) {
        return tagged(move, "SYSTEM START REPLICATION QUEUES " + name(move.table()));
    }

    static String drop(Move move) {
        return tagged(
                move,
                StagingSql.dropPartition(move.table().database(), move.table().table(), move.partition()));
    }

    /** Settings with which a drop of a partition returns as soon as it is in the queues. */
    static Map<String, String> notWaiting() {
        return Map.of("replication_alter_partitions_sync", "0");
    }

    /** In one block and in the same order: the part that it makes has the same checksum. */
    static String rescue(Move move, String part) {
        return tagged(
                move,
                "INSERT INTO " + name(move.table()) + " SELECT * FROM " + name(move.table()) + " WHERE _part = "
                        + Sql.literal(part));
    }

    static Map<String, String> oneBlock() {
        return Map.of(
                "insert_deduplicate", "0",
                "max_threads", "1",
                "min_insert_block_size_rows", "1000000000",
                "min_insert_block_size_bytes", "4000000000");
    }

    /** Statements of the move that run on a host. */
    static String running(Move move) {
        return "SELECT 'running' AS kind, query_id AS a, toString(toUInt64(elapsed)) AS b, query AS c, '' AS d"
                + " FROM system.processes"
                + " WHERE position(query, " + Sql.literal(move.staging())
                + ") > 0 AND position(query, 'system.processes') = 0";
    }

    /** What a replica of the source is, and how far it has read what the others wrote; asks ZooKeeper. */
    static String replica(Move move) {
        return "SELECT zookeeper_path, replica_path, toString(is_leader), toString(is_readonly OR is_session_expired),"
                + " toString(log_max_index), toString(log_pointer) FROM system.replicas WHERE database = "
                + database(move) + " AND table = " + table(move);
    }

    /** What a replica has still to carry out. What the server says of it may lag behind what it has read. */
    static String queue(String replicaPath) {
        return "SELECT value FROM system.zookeeper WHERE path = " + Sql.literal(replicaPath + "/queue");
    }

    /** Active parts of the partition on a replica of the source. */
    static String parts(Move move) {
        return "SELECT name, toString(min_block_number), toString(max_block_number), toString(rows) FROM system.parts"
                + " WHERE active AND database = " + database(move) + " AND table = " + table(move)
                + " AND partition_id = " + partition(move) + " ORDER BY name";
    }

    /** What a replica of the target knows by itself. */
    static String target(Move move) {
        return """
                SELECT 'part' AS kind, name AS a, toString(min_block_number) AS b, toString(max_block_number) AS c,
                    table AS d
                FROM system.parts
                WHERE active AND database = %1$s AND table IN (%2$s, %3$s) AND partition_id = %4$s
                UNION ALL
                SELECT 'replica' AS kind, zookeeper_path AS a, replica_path AS b, table AS c,
                    toString(is_readonly OR is_session_expired) AS d
                FROM system.replicas WHERE database = %1$s AND table IN (%2$s, %3$s)
                UNION ALL
                SELECT 'table' AS kind, name AS a, '' AS b, '' AS c, '' AS d
                FROM system.tables WHERE database = %1$s AND name IN (%3$s, %5$s)
                UNION ALL
                SELECT 'trouble' AS kind, last_exception AS a, '' AS b, '' AS c, '' AS d
                FROM system.replication_queue
                WHERE database = %1$s AND table = %3$s AND last_exception != '' AND num_tries >= %7$d
                UNION ALL
                %6$s""".formatted(
                        database(move),
                        table(move),
                        Sql.literal(move.staging()),
                        partition(move),
                        Sql.literal(move.inbox()),
                        running(move),
                        TRIES);
    }

    /** @param replicaPath ZooKeeper path of a replica that has the part */
    static String checksum(String replicaPath, String part) {
        return "SELECT hex(MD5(value)) FROM system.zookeeper WHERE path = "
                + Sql.literal(replicaPath + "/parts/" + part) + " AND name = 'checksums'";
    }

    /** Checksums of many parts at once, where the server knows them itself. */
    static String hashes(Move move, String table) {
        return "SELECT name, hash_of_all_files FROM system.parts WHERE active AND database = " + database(move)
                + " AND table = " + Sql.literal(table) + " AND partition_id = " + partition(move);
    }

    /** Numbers that inserts hold, and where each says that it still runs. */
    static String blockNumbers(Move move, String path) {
        return "SELECT name, value FROM system.zookeeper WHERE path = "
                + Sql.literal(path + "/block_numbers/" + move.partition());
    }

    /** What says that an insert still runs. */
    static String locks(String path) {
        return "SELECT name FROM system.zookeeper WHERE path = " + Sql.literal(path + "/temp");
    }

    /** What a table remembers of blocks that it took. */
    static String remembered(String path) {
        return "SELECT name, value, toString(czxid) FROM system.zookeeper WHERE path = "
                + Sql.literal(path + "/blocks");
    }

    /** How much tables remember that do not say so themselves. */
    static String windows() {
        return "SELECT name, value FROM system.merge_tree_settings WHERE name IN (" + Sql.literal(WINDOW) + ", "
                + Sql.literal(WINDOW_SECONDS) + ")";
    }

    private static String alter(Move move, String table) {
        return "ALTER TABLE " + Sql.qualified(move.table().database(), table);
    }

    private static String name(TableName table) {
        return Sql.qualified(table.database(), table.table());
    }

    private static String database(Move move) {
        return Sql.literal(move.table().database());
    }

    private static String table(Move move) {
        return Sql.literal(move.table().table());
    }

    private static String partition(Move move) {
        return Sql.literal(move.partition());
    }

    private static String tagged(Move move, String sql) {
        return sql + " /* " + move.staging() + " */";
    }
}
