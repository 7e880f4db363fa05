package io.shardwright.importworker;

import java.util.Arrays;
import java.util.OptionalInt;

/**
 * The rows of a chunk that belong to one shard.
 *
 * @param rows their numbers in the chunk, from 0
 * @param data the same rows in TabSeparated
 */
record ShardRows(int shard, int[] rows, byte[] data) {
    static ShardRows of(Chunk chunk, int[] slots, int shard) {
        var rows = new int[chunk.rows()];
        int count = 0;
        int bytes = 0;
        for (int row = 0; row < chunk.rows(); row++) {
            if (slots[row] == shard) {
                rows[count++] = row;
                bytes += chunk.end(row) - chunk.start(row);
            }
        }
        var data = new byte[bytes];
        int end = 0;
        for (int i = 0; i < count; i++) {
            int length = chunk.end(rows[i]) - chunk.start(rows[i]);
            System.arraycopy(chunk.data().array(), chunk.start(rows[i]), data, end, length);
            end += length;
        }
        return new ShardRows(shard, Arrays.copyOf(rows, count), data);
    }

    /** The line of the file that a row of these came from; 0 when it is not known which row is meant. */
    long line(Chunk chunk, OptionalInt row) {
        return row.isPresent() && row.getAsInt() >= 0 && row.getAsInt() < rows.length
                ? chunk.line(rows[row.getAsInt()])
                : 0;
    }
}
