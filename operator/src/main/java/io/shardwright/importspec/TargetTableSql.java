package io.shardwright.importspec;

import io.shardwright.clickhouse.Sql;
import io.shardwright.importspec.TargetTable.Column;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** Asks a host what a table is like as it stands there: what is staged must be like it, or it cannot be attached. */
public final class TargetTableSql {
    private static final String SETTINGS = " SETTINGS ";
    private static final Pattern SETTING = Pattern.compile("([a-z_0-9]+) = ('(?:[^'\\\\]|\\\\.)*'|[^,]+)");

    private TargetTableSql() {}

    public static String table(String database, String name) {
        return "SELECT engine_full, partition_key, sorting_key, primary_key, sampling_key FROM system.tables WHERE database = "
                + Sql.literal(database) + " AND name = " + Sql.literal(name);
    }

    public static String columns(String database, String name) {
        return "SELECT name, type, default_kind, default_expression FROM system.columns WHERE database = "
                + Sql.literal(database) + " AND table = " + Sql.literal(name);
    }

    /** Empty when there is no such table. */
    public static Optional<TargetTable> read(
            String database, String name, List<List<String>> table, List<List<String>> columns) {
        return table.stream()
                .findFirst()
                .map(row -> new TargetTable(
                        database,
                        name,
                        columns.stream()
                                .map(column -> new Column(column.get(0), column.get(1), column.get(2), column.get(3)))
                                .toList(),
                        row.get(1),
                        row.get(2),
                        row.get(3),
                        row.get(4),
                        settings(row.get(0))));
    }

    private static Map<String, String> settings(String engine) {
        int start = engine.lastIndexOf(SETTINGS);
        var settings = new TreeMap<String, String>();
        if (start >= 0) {
            SETTING.matcher(engine.substring(start + SETTINGS.length()))
                    .results()
                    .forEach(setting -> settings.put(setting.group(1), setting.group(2)));
        }
        return settings;
    }
}
