package io.shardwright.holdings;

import io.shardwright.clickhouse.Sql;
import io.shardwright.holdings.HostContents.TableId;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Asks a server for its tables, and which of them hold rows that no other server has: those that are not replicated. Works from
 * 18.16 to 26.
 */
public final class OwnRowsSql {
    /** A server's own databases. */
    public static final String OWN_DATABASES =
            "('', 'system', 'information_schema', 'INFORMATION_SCHEMA', '_temporary_and_external_tables')";

    /** Rows of a kind, 'table' or 'own', a database, a table, and an engine. */
    public static final String TABLES = """
            SELECT 'table' AS kind, database AS a, name AS b, engine AS c
            FROM system.tables WHERE database NOT IN %1$s
            UNION ALL
            SELECT 'own' AS kind, database AS a, table AS b, '' AS c
            FROM system.parts WHERE active AND rows > 0 AND engine NOT LIKE 'Replicated%%' AND database NOT IN %1$s
            GROUP BY database, table""".formatted(OWN_DATABASES);

    private static final int COLUMNS = 4;

    /** Engines that keep rows elsewhere than in parts. */
    private static final Set<String> WITHOUT_PARTS =
            Set.of("Log", "TinyLog", "StripeLog", "Memory", "Set", "Join", "Buffer", "File", "EmbeddedRocksDB");

    private OwnRowsSql() {}

    /** @throws IllegalArgumentException when the rows are not what the statement returns */
    public static List<TableId> tables(List<List<String>> rows) {
        return ofKind(rows, "table").map(OwnRowsSql::table).toList();
    }

    /** Tables that may hold rows elsewhere than in parts: they are to be asked one by one. */
    static List<TableId> withoutParts(List<List<String>> rows) {
        return ofKind(rows, "table")
                .filter(row -> WITHOUT_PARTS.contains(row.get(3)))
                .map(OwnRowsSql::table)
                .toList();
    }

    /** Tables that are not replicated and have parts with rows. */
    static List<TableId> withRowsInParts(List<List<String>> rows) {
        return ofKind(rows, "own").map(OwnRowsSql::table).toList();
    }

    /** One row when the table holds any. */
    static String anyRow(TableId table) {
        return "SELECT 1 FROM " + Sql.qualified(table.database(), table.table()) + " LIMIT 1";
    }

    private static TableId table(List<String> row) {
        return new TableId(row.get(1), row.get(2));
    }

    /** The rows of one kind, of a statement that may have others as well. */
    public static Stream<List<String>> ofKind(List<List<String>> rows, String kind) {
        return rows.stream()
                .peek(row -> {
                    if (row.size() != COLUMNS) {
                        throw new IllegalArgumentException("the host's answer has rows of another shape");
                    }
                })
                .filter(row -> kind.equals(row.getFirst()));
    }
}
