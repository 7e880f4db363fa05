package io.shardwright.scaling;

import io.shardwright.clickhouse.Sql;
import io.shardwright.holdings.OwnRowsSql;
import io.shardwright.scaling.ScalingObserved.Answer;
import io.shardwright.scaling.ScalingObserved.Table;
import java.util.List;
import java.util.stream.Collectors;

/** Asks a host whom it lists and what it holds, and reads the answer. Works from 18.16 to 26. */
final class HostSql {
    private HostSql() {}

    /** A sequence of rows of different kinds; the first column says which. */
    static String of(String cluster) {
        return """
                SELECT 'server' AS kind, host_name AS a, toString(shard_weight) AS b, '' AS c
                FROM system.clusters WHERE cluster = %1$s
                UNION ALL
                SELECT 'size' AS kind, toString(sum(rows)) AS a, toString(sum(bytes_on_disk)) AS b, '' AS c
                FROM system.parts WHERE active AND database NOT IN %2$s
                UNION ALL
                %3$s""".formatted(Sql.literal(cluster), OwnRowsSql.OWN_DATABASES, OwnRowsSql.TABLES);
    }

    /**
     * @param tablesOfItsOwn tables that are not replicated, and hold rows or do not say
     * @throws IllegalArgumentException when the rows are not what the statement returns
     */
    static Answer.Said read(List<List<String>> rows, List<String> tablesOfItsOwn) {
        var size = OwnRowsSql.ofKind(rows, "size")
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("the host's answer lacks how much it holds"));
        return new Answer.Said(
                OwnRowsSql.ofKind(rows, "server").map(row -> row.get(1)).collect(Collectors.toSet()),
                OwnRowsSql.ofKind(rows, "server")
                        .filter(row -> !row.get(2).equals("0"))
                        .map(row -> row.get(1))
                        .collect(Collectors.toSet()),
                Long.parseLong(size.get(1)),
                Long.parseLong(size.get(2)),
                OwnRowsSql.tables(rows).stream()
                        .map(table -> new Table(table.database(), table.table()))
                        .toList(),
                tablesOfItsOwn);
    }
}
