package io.shardwright.table;

import io.shardwright.clickhouse.Dialect;
import io.shardwright.clickhouse.Sql;
import io.shardwright.table.TableIntent.TableNames;
import io.shardwright.table.TableObserved.HostState;
import io.shardwright.table.TableObserved.Size;
import io.shardwright.table.TableObserved.StandingColumn;
import io.shardwright.table.TableObserved.StandingTable;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Asks a host for all that matters of a table in one statement, and reads the answer. Works from 18.16 to 26. */
final class TableStateSql {
    private static final int COLUMNS = 8;

    private TableStateSql() {}

    /** A sequence of rows of different kinds; the first column says which. */
    static String of(TableNames names, String cluster) {
        var database = Sql.literal(names.database());
        var tables = names.tables().stream().map(Sql::literal).collect(Collectors.joining(", ", "(", ")"));
        return """
                SELECT 'host' AS kind, version() AS a, '' AS b, '' AS c, '' AS d, '' AS e, '' AS f, '' AS g
                UNION ALL
                SELECT 'cluster' AS kind, cluster AS a, '' AS b, '' AS c, '' AS d, '' AS e, '' AS f, '' AS g
                FROM system.clusters WHERE cluster = %1$s
                UNION ALL
                SELECT 'database' AS kind, name AS a, '' AS b, '' AS c, '' AS d, '' AS e, '' AS f, '' AS g
                FROM system.databases WHERE name = %2$s
                UNION ALL
                SELECT 'table' AS kind, name AS a, engine AS b, engine_full AS c, partition_key AS d, sorting_key AS e,
                    primary_key AS f, sampling_key AS g
                FROM system.tables WHERE database = %2$s AND name IN %3$s
                UNION ALL
                SELECT 'column' AS kind, table AS a, toString(rowNumberInAllBlocks()) AS b, name AS c, type AS d,
                    default_kind AS e, default_expression AS f, '' AS g
                FROM system.columns WHERE database = %2$s AND table IN %3$s
                UNION ALL
                SELECT 'size' AS kind, toString(sum(rows)) AS a, toString(sum(bytes_on_disk)) AS b, '' AS c, '' AS d,
                    '' AS e, '' AS f, '' AS g
                FROM system.parts WHERE active AND database = %2$s AND table = %4$s GROUP BY table""".formatted(Sql.literal(cluster), database, tables, Sql.literal(names.local()));
    }

    /** @throws IllegalArgumentException when the rows are not what the statement returns */
    static HostState.Seen parse(List<List<String>> rows) {
        if (rows.stream().anyMatch(row -> row.size() != COLUMNS)) {
            throw new IllegalArgumentException("the host's answer has rows of another shape");
        }
        var version = ofKind(rows, "host")
                .map(row -> row.get(1))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("the host's answer has no version"));
        return new HostState.Seen(
                Dialect.of(version),
                ofKind(rows, "cluster").findAny().isPresent(),
                ofKind(rows, "database").findAny().isPresent(),
                ofKind(rows, "table").map(row -> table(row, rows)).toList(),
                ofKind(rows, "size")
                        .map(row -> new Size(Long.parseLong(row.get(1)), Long.parseLong(row.get(2))))
                        .findFirst()
                        .orElse(new Size(0, 0)));
    }

    private static StandingTable table(List<String> row, List<List<String>> rows) {
        var columns = ofKind(rows, "column")
                .filter(column -> column.get(1).equals(row.get(1)))
                .sorted(Comparator.comparingLong(column -> Long.parseLong(column.get(2))))
                .map(column -> new StandingColumn(column.get(3), column.get(4), column.get(5), column.get(6)))
                .toList();
        return new StandingTable(
                row.get(1), row.get(2), row.get(3), row.get(4), row.get(5), row.get(6), row.get(7), columns);
    }

    private static Stream<List<String>> ofKind(List<List<String>> rows, String kind) {
        return rows.stream().filter(row -> kind.equals(row.getFirst()));
    }
}
