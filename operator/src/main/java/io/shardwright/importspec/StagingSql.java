package io.shardwright.importspec;

import io.shardwright.clickhouse.Sql;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Statements about an import's tables. */
public final class StagingSql {
    /** A staging table may have many parts for a while; inserts are not to be held up for it, nobody reads it. */
    private static final Map<String, String> PATIENT =
            Map.of("parts_to_delay_insert", "100000", "parts_to_throw_insert", "100000");

    /** The fingerprints of all partitions are kept for as long as the import runs. */
    private static final Map<String, String> REMEMBER_ALL = Map.of(
            "replicated_deduplication_window", "1000000", "replicated_deduplication_window_seconds", "315360000");

    private StagingSql() {}

    /** A table with the target's structure and keys, which its partitions can be attached from. Plain: no rows collapse. */
    public static String create(TargetTable target, String name) {
        return create(target, name, "MergeTree", PATIENT);
    }

    /**
     * A replicated table with the target's structure and keys. A partition that is attached to it leaves its fingerprint in
     * ZooKeeper, the same that it leaves when it is attached to the target; there is no other way to learn it beforehand.
     */
    public static String createFingerprints(TargetTable target, StagingNames names, int shard) {
        var engine = "ReplicatedMergeTree(" + Sql.literal(names.fingerprintsPath(shard)) + ", 'operator')";
        return create(target, names.fingerprints(), engine, REMEMBER_ALL);
    }

    /** A replicated table with the target's structure and keys, at a path of its own. */
    public static String createReplicated(TargetTable target, String name, String path, Map<String, String> settings) {
        var engine = "ReplicatedMergeTree(" + Sql.literal(path) + ", '{replica}')";
        return create(target, name, engine, settings);
    }

    public static String attachPartition(String database, String table, String partition, String from) {
        return "ALTER TABLE " + Sql.qualified(database, table) + " ATTACH PARTITION ID " + Sql.literal(partition)
                + " FROM " + Sql.qualified(database, from);
    }

    public static String dropPartition(String database, String table, String partition) {
        return "ALTER TABLE " + Sql.qualified(database, table) + " DROP PARTITION ID " + Sql.literal(partition);
    }

    public static String mergePartition(String database, String table, String partition) {
        return "OPTIMIZE TABLE " + Sql.qualified(database, table) + " PARTITION ID " + Sql.literal(partition)
                + " FINAL";
    }

    public static String rename(String database, String from, String to) {
        return "RENAME TABLE " + Sql.qualified(database, from) + " TO " + Sql.qualified(database, to);
    }

    private static String create(TargetTable target, String name, String engine, Map<String, String> overriding) {
        var settings = new TreeMap<>(target.settings());
        settings.putAll(overriding);
        var sql = new StringBuilder("CREATE TABLE IF NOT EXISTS ")
                .append(Sql.qualified(target.database(), name))
                .append(" AS ")
                .append(Sql.qualified(target.database(), target.name()))
                .append(" ENGINE = ")
                .append(engine);
        if (!target.partitionKey().isEmpty()) {
            sql.append(" PARTITION BY ").append(target.partitionKey());
        }
        if (!target.primaryKey().equals(target.sortingKey())) {
            sql.append(" PRIMARY KEY (").append(target.primaryKey()).append(')');
        }
        sql.append(" ORDER BY ").append(target.sortingKey().isEmpty() ? "tuple()" : "(" + target.sortingKey() + ")");
        if (!target.samplingKey().isEmpty()) {
            sql.append(" SAMPLE BY ").append(target.samplingKey());
        }
        return sql.append(settings.entrySet().stream()
                        .map(setting -> setting.getKey() + " = " + setting.getValue())
                        .collect(Collectors.joining(", ", " SETTINGS ", "")))
                .toString();
    }
}
