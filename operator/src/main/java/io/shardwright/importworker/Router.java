package io.shardwright.importworker;

import java.io.IOException;

/** Says which shard each row belongs to. */
interface Router {
    /** @return for each row of the chunk, the position of its shard in the specification's list */
    int[] route(Chunk chunk) throws IOException;

    /** Every row to the only shard there is. */
    static Router toTheOnlyShard() {
        return chunk -> new int[chunk.rows()];
    }

    /** Rows by turns: what belongs nowhere in particular is spread evenly. */
    static Router byTurns(int shards) {
        return chunk -> {
            var slots = new int[chunk.rows()];
            for (int row = 0; row < slots.length; row++) {
                slots[row] = row % shards;
            }
            return slots;
        };
    }
}
