package io.shardwright.simulation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The parts of a replicated table. Each is a bit of a long, holds one row, and belongs to one shard, where its number says
 * which drops take it. A row that is written once more, or that changed shards, is another part.
 */
public final class Parts {
    public static final int PARTITIONS = 3;

    private static final int MOST = Long.SIZE;
    private static final int MOST_SHARDS = 8;

    private final int[] rows = new int[MOST];
    private final long[] numbers = new long[MOST];
    private final long[] born = new long[MOST];
    private final long[] ofPartition = new long[PARTITIONS];
    private final Shard[] shards = new Shard[MOST_SHARDS];
    private long used;

    Parts() {
        Arrays.setAll(shards, any -> new Shard());
    }

    /**
     * What is to be dropped: a partition, up to a number.
     *
     * @param at when it was put into the log, in seconds
     */
    public record Drop(int partition, long upTo, long at) {}

    /** What the replicas of a shard have in common: the coordination's word. */
    public static final class Shard {
        public final List<Drop> drops = new ArrayList<>();
        /** Whatever was ever inserted or attached. */
        long committed;
        /** What was attached, and what of it is remembered as such. */
        long attached;

        long remembered;
        /** How much was ever remembered. */
        public long memories;

        private long last;

        public long nextNumber() {
            return ++last;
        }

        public long lastNumber() {
            return last;
        }
    }

    public Shard of(int shard) {
        return shards[shard];
    }

    public static int partitionOf(int row) {
        return row % PARTITIONS;
    }

    /** @return 0 when there are too many */
    long make(int row, long number, long now) {
        if (used == -1L) {
            return 0;
        }
        long part = Long.lowestOneBit(~used);
        int index = Long.numberOfTrailingZeros(part);
        used |= part;
        rows[index] = row;
        numbers[index] = number;
        born[index] = now;
        for (int partition = 0; partition < PARTITIONS; partition++) {
            ofPartition[partition] =
                    partition == partitionOf(row) ? ofPartition[partition] | part : ofPartition[partition] & ~part;
        }
        return part;
    }

    boolean isFull() {
        return used == -1L;
    }

    /** Forgets all parts but these. */
    void keepOnly(long parts) {
        used &= parts;
        for (var shard : shards) {
            shard.committed &= parts;
            shard.attached &= parts;
            shard.remembered &= parts;
        }
    }

    public long of(long parts, int partition) {
        return parts & ofPartition[partition];
    }

    /** Those that a drop takes. */
    public long taken(long parts, Drop drop) {
        long taken = 0;
        for (long left = of(parts, drop.partition()); left != 0; left &= left - 1) {
            if (numbers[Long.numberOfTrailingZeros(left)] <= drop.upTo()) {
                taken |= Long.lowestOneBit(left);
            }
        }
        return taken;
    }

    /** The rows in parts, as bits. */
    public long rowsOf(long parts) {
        long found = 0;
        for (long left = parts; left != 0; left &= left - 1) {
            found |= 1L << rows[Long.numberOfTrailingZeros(left)];
        }
        return found;
    }

    public int row(long part) {
        return rows[Long.numberOfTrailingZeros(part)];
    }

    public long number(long part) {
        return numbers[Long.numberOfTrailingZeros(part)];
    }

    /** Seconds. */
    public long born(long part) {
        return born[Long.numberOfTrailingZeros(part)];
    }

    /** Attached parts that a shard remembers having taken for rows. */
    public long takenFor(int shard, long someRows) {
        long taken = 0;
        for (long left = shards[shard].remembered; left != 0; left &= left - 1) {
            long part = Long.lowestOneBit(left);
            if ((1L << row(part) & someRows) != 0) {
                taken |= part;
            }
        }
        return taken;
    }
}
