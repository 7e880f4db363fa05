package io.shardwright.importjob;

import io.shardwright.clickhouse.Sql;
import io.shardwright.importjob.ImportObserved.Memory;
import io.shardwright.importjob.ImportObserved.Partition;
import io.shardwright.importjob.ImportObserved.Publication;
import io.shardwright.importjob.ImportObserved.ShardStaging;
import io.shardwright.importspec.ImportSpec;
import io.shardwright.importspec.StagingNames;
import io.shardwright.importspec.TargetTable;
import io.shardwright.topology.Host;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Asks a host for all that matters of an import's staging, and reads the answers. */
final class StagingStateSql {
    private static final String WINDOW_SETTING = "replicated_deduplication_window";
    private static final int DEFAULT_WINDOW = 100;
    private static final String ATTACHED = "_replace_from_";

    private StagingStateSql() {}

    /** How many entries the table remembers; later versions remember more by default, and to assume fewer is safe. */
    static int window(TargetTable target) {
        return Integer.parseInt(target.settings().getOrDefault(WINDOW_SETTING, Integer.toString(DEFAULT_WINDOW)));
    }

    /** Names of all tables of the import. */
    static String tables(ImportSpec spec) {
        return "SELECT name FROM system.tables WHERE database = "
                + Sql.literal(spec.target().database()) + " AND " + isOurs("name", spec.staging()) + " ORDER BY name";
    }

    /** What the server knows without asking ZooKeeper: rows of different kinds, the first field says which. */
    static String local(ImportSpec spec) {
        var names = spec.staging();
        return """
                SELECT 'table' AS kind, name AS a, '' AS b, '' AS c
                FROM system.tables WHERE database = %1$s AND %5$s
                UNION ALL
                SELECT 'staged' AS kind, partition_id AS a, toString(count()) AS b, toString(sum(rows)) AS c
                FROM system.parts WHERE active AND database = %1$s AND table = %2$s GROUP BY partition_id
                UNION ALL
                SELECT 'standing' AS kind, partition_id AS a, toString(min_block_number) AS b,
                    toString(max_block_number) AS c
                FROM system.parts WHERE active AND database = %1$s AND table = %3$s AND partition_id IN
                    (SELECT partition_id FROM system.parts WHERE active AND database = %1$s AND table = %2$s)
                UNION ALL
                SELECT 'path' AS kind, table AS a, zookeeper_path AS b, '' AS c
                FROM system.replicas WHERE database = %1$s AND table IN (%3$s, %4$s)
                UNION ALL
                SELECT 'running' AS kind, query_id AS a, '' AS b, '' AS c
                FROM system.processes
                WHERE position(query, %6$s) > 0 AND position(query, 'system.processes') = 0""".formatted(
                        Sql.literal(spec.target().database()),
                        Sql.literal(names.complete()),
                        Sql.literal(spec.target().name()),
                        Sql.literal(names.fingerprints()),
                        isOurs("name", names),
                        Sql.literal(names.prefix()));
    }

    /** What the replicas agreed on: what the table at a path remembers of blocks that it took. */
    static String remembered(String path) {
        return "SELECT name, value, toString(czxid) FROM system.zookeeper WHERE path = " + Sql.literal(path + "/blocks")
                + " ORDER BY name";
    }

    /** When something was last done to the table at a path. */
    static String lastChange(String path) {
        return "SELECT toString(max(czxid)) FROM system.zookeeper WHERE path = " + Sql.literal(path + "/log");
    }

    static Optional<String> path(List<List<String>> local, String table) {
        return ofKind(local, "path")
                .filter(row -> row.get(1).equals(table))
                .map(row -> row.get(2))
                .findFirst();
    }

    /**
     * @param remembered by the target
     * @param fingerprints remembered by the table of fingerprints; empty when there is none
     * @param lastFingerprint when it was last changed, in ZooKeeper's count of changes; 0 when never
     */
    static ShardStaging.Known read(
            Host host,
            ImportSpec spec,
            List<List<String>> local,
            List<List<String>> remembered,
            List<List<String>> fingerprints,
            long lastFingerprint) {
        var partitions = ofKind(local, "staged")
                .map(row -> partition(row, local, remembered, fingerprints))
                .sorted(Comparator.comparing(Partition::id))
                .toList();
        boolean reachesBack = remembered.size() < window(spec.target())
                || remembered.stream().anyMatch(row -> Long.parseLong(row.get(2)) < lastFingerprint);
        return new ShardStaging.Known(
                host,
                ofKind(local, "table").map(row -> row.get(1)).sorted().toList(),
                partitions,
                fingerprints.stream()
                        .map(List::getFirst)
                        .filter(name -> name.contains(ATTACHED))
                        .map(name -> name.substring(0, name.indexOf(ATTACHED)))
                        .filter(id -> partitions.stream()
                                .noneMatch(partition -> partition.id().equals(id)))
                        .distinct()
                        .toList(),
                ofKind(local, "running").findAny().isPresent(),
                new Memory(reachesBack));
    }

    private static Partition partition(
            List<String> staged,
            List<List<String>> local,
            List<List<String>> remembered,
            List<List<String>> fingerprints) {
        var id = staged.get(1);
        var fingerprint = fingerprints.stream()
                .map(List::getFirst)
                .filter(name -> name.startsWith(id + ATTACHED))
                .findFirst();
        var publication = fingerprint
                .flatMap(name -> remembered.stream()
                        .filter(row -> row.getFirst().equals(name))
                        .map(row -> isStanding(row.get(1), local) ? Publication.VISIBLE : Publication.REMEMBERED)
                        .findFirst())
                .orElse(Publication.NOT_REMEMBERED);
        return new Partition(
                id, Integer.parseInt(staged.get(2)), Long.parseLong(staged.get(3)), fingerprint, publication);
    }

    /** @param part name of a part: partition, first and last block, level; merged parts span more blocks */
    private static boolean isStanding(String part, List<List<String>> local) {
        var name = List.of(part.split("_"));
        long first = Long.parseLong(name.get(1));
        long last = Long.parseLong(name.get(2));
        return ofKind(local, "standing")
                .filter(row -> row.get(1).equals(name.getFirst()))
                .anyMatch(row -> Long.parseLong(row.get(2)) <= first && Long.parseLong(row.get(3)) >= last);
    }

    private static String isOurs(String column, StagingNames names) {
        return "substring(" + column + ", 1, " + names.prefix().length() + ") = " + Sql.literal(names.prefix());
    }

    private static Stream<List<String>> ofKind(List<List<String>> rows, String kind) {
        return rows.stream().filter(row -> kind.equals(row.getFirst()));
    }
}
