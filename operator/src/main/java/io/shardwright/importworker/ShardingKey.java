package io.shardwright.importworker;

import io.shardwright.clickhouse.Sql;
import io.shardwright.importspec.TargetTable.Column;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Asks a server which shard each row belongs to, so that rows lie where the Distributed table would have sent them.
 *
 * <p>A Distributed table takes the key's bits as an unsigned number of the key's own width, modulo the number of shards;
 * converting a negative key to UInt64 would give another number.
 */
final class ShardingKey implements Router {
    private static final Pattern WORD = Pattern.compile("[A-Za-z_][A-Za-z0-9_.]*");

    private final String expression;
    private final List<ShardServer> servers;
    private final AtomicInteger turn = new AtomicInteger();

    ShardingKey(String expression, List<ShardServer> servers) {
        this.expression = expression;
        this.servers = servers;
    }

    /** The columns that an expression may speak of: those whose name appears in it. */
    static Set<String> columnsIn(String expression, List<Column> columns) {
        var words =
                WORD.matcher(expression).results().map(match -> match.group()).collect(Collectors.toSet());
        return columns.stream().map(Column::name).filter(words::contains).collect(Collectors.toSet());
    }

    @Override
    public int[] route(Chunk chunk) throws IOException {
        var keyColumns = columnsIn(expression, chunk.columns());
        var columns = chunk.columns().stream()
                .filter(column -> keyColumns.contains(column.name()))
                .toList();
        var server = servers.get(Math.floorMod(turn.getAndIncrement(), servers.size()));
        var answer = server.query(
                sql(columns),
                structure(columns),
                chunk.keys().array(),
                chunk.keys().size());
        if (answer.length != chunk.rows() * Short.BYTES) {
            throw new IOException("a server told the shards of " + answer.length / Short.BYTES + " rows, but was asked"
                    + " for those of " + chunk.rows());
        }
        var slots = new int[chunk.rows()];
        for (int row = 0; row < slots.length; row++) {
            slots[row] = answer[2 * row] & 0xff | (answer[2 * row + 1] & 0xff) << 8;
        }
        return slots;
    }

    private String sql(List<Column> columns) {
        var values = columns.stream()
                .map(column -> isPlain(column)
                        ? Sql.identifier(column.name())
                        : "CAST(" + Sql.identifier(column.name()) + ", " + Sql.literal(column.type()) + ") AS "
                                + Sql.identifier(column.name()))
                .collect(Collectors.joining(", "));
        return "SELECT toUInt16(reinterpretAsUInt64(reinterpretAsString(" + expression + ")) % " + servers.size()
                + ") FROM (SELECT " + values + " FROM _data) SETTINGS max_threads = 1 FORMAT RowBinary";
    }

    /** The structure of an external table is split at blanks and commas, so types with one are sent as text. */
    private static String structure(List<Column> columns) {
        return columns.stream()
                .map(column -> column.name() + " " + (isPlain(column) ? column.type() : text(column)))
                .collect(Collectors.joining(","));
    }

    private static String text(Column column) {
        return column.isNullable() ? "Nullable(String)" : "String";
    }

    private static boolean isPlain(Column column) {
        return column.type().indexOf(',') < 0 && column.type().indexOf(' ') < 0;
    }
}
