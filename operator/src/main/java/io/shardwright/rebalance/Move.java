package io.shardwright.rebalance;

import io.shardwright.clickhouse.HostSnapshot.TableName;
import io.shardwright.holdings.HostContents.TableId;
import java.util.Comparator;

/**
 * A partition of a table that goes from one shard to another.
 *
 * @param id tells moves apart: letters and digits; part of the names of the tables that the move needs
 */
record Move(String id, TableName table, String partition, int from, int to) {
    /** What the names of all tables of all moves begin with. */
    static final String TABLES = TableId.OF_MOVES;

    static final Comparator<Move> ORDER = Comparator.comparing(
                    (Move move) -> move.table().database())
            .thenComparing(move -> move.table().table())
            .thenComparing(Move::partition)
            .thenComparingInt(Move::from);

    /** The copy that is compared and then attached: a replicated table on every replica of the target. */
    String staging() {
        return TABLES + id;
    }

    /** Where the copy arrives: a table of one replica, beside the staging table. */
    String inbox() {
        return staging() + "_in";
    }

    /** ZooKeeper path of a table of this move. */
    static String path(String name) {
        return "/moves/" + name;
    }

    /** For people. */
    String describe() {
        return table.database() + "." + table.table() + " " + partition + " shard " + from + " → " + to;
    }
}
