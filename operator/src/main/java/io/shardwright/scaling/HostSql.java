package io.shardwright.scaling;

import io.shardwright.clickhouse.Sql;
import io.shardwright.scaling.ScalingObserved.Answer;
import io.shardwright.scaling.ScalingObserved.Table;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Asks a host whom it lists and what it holds, and reads the answer. Works from 18.16 to 26. */
final class HostSql {
    private static final int COLUMNS = 4;

    /** A server's own. */
    private static final String OWN =
            "('', 'system', 'information_schema', 'INFORMATION_SCHEMA', '_temporary_and_external_tables')";

    /** Engines that keep rows elsewhere than in parts. */
    private static final Set<String> WITHOUT_PARTS =
            Set.of("Log", "TinyLog", "StripeLog", "Memory", "Set", "Join", "Buffer", "File", "EmbeddedRocksDB");

    private HostSql() {}

    /** A sequence of rows of different kinds; the first column says which. */
    static String of(String cluster) {
        return """
                SELECT 'server' AS kind, host_name AS a, '' AS b, '' AS c
                FROM system.clusters WHERE cluster = %1$s
                UNION ALL
                SELECT 'table' AS kind, database AS a, name AS b, engine AS c
                FROM system.tables WHERE database NOT IN %2$s
                UNION ALL
                SELECT 'size' AS kind, toString(sum(rows)) AS a, toString(sum(bytes_on_disk)) AS b, '' AS c
                FROM system.parts WHERE active AND database NOT IN %2$s
                UNION ALL
                SELECT 'own' AS kind, database AS a, table AS b, '' AS c
                FROM system.parts WHERE active AND rows > 0 AND engine NOT LIKE 'Replicated%%' AND database NOT IN %2$s
                GROUP BY database, table""".formatted(Sql.literal(cluster), OWN);
    }

    /** @throws IllegalArgumentException when the rows are not what the statement returns */
    static List<Table> tablesWithoutParts(List<List<String>> rows) {
        return ofKind(rows, "table")
                .filter(row -> WITHOUT_PARTS.contains(row.get(3)))
                .map(HostSql::table)
                .toList();
    }

    /** One row when the table holds any. */
    static String anyRow(Table table) {
        return "SELECT 1 FROM " + Sql.qualified(table.database(), table.name()) + " LIMIT 1";
    }

    /**
     * @param holdingRows tables without parts that hold rows, or do not say
     * @throws IllegalArgumentException when the rows are not what the statement returns
     */
    static Answer.Said read(List<List<String>> rows, List<Table> holdingRows) {
        var size = ofKind(rows, "size").findFirst();
        return new Answer.Said(
                ofKind(rows, "server").map(row -> row.get(1)).collect(Collectors.toSet()),
                size.map(row -> Long.parseLong(row.get(1))).orElse(0L),
                size.map(row -> Long.parseLong(row.get(2))).orElse(0L),
                ofKind(rows, "table").map(HostSql::table).toList(),
                Stream.concat(ofKind(rows, "own").map(HostSql::table), holdingRows.stream())
                        .map(table -> table.database() + "." + table.name())
                        .sorted()
                        .toList());
    }

    private static Table table(List<String> row) {
        return new Table(row.get(1), row.get(2));
    }

    private static Stream<List<String>> ofKind(List<List<String>> rows, String kind) {
        return rows.stream()
                .peek(row -> {
                    if (row.size() != COLUMNS) {
                        throw new IllegalArgumentException("the host's answer has rows of another shape");
                    }
                })
                .filter(row -> kind.equals(row.getFirst()));
    }
}
