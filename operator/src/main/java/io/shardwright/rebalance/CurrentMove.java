package io.shardwright.rebalance;

import io.shardwright.crds.MovePhase;

/**
 * A move that was begun, as status says.
 *
 * @param bytes and rows of the partition when it began
 * @param attempts how often it was copied
 * @param mark the last thing that the target remembered when the switch began: as long as it remembers that, and what is as
 *     old, it remembers whether it took the partition
 * @param since RFC 3339
 * @param side that servers are to read from
 */
record CurrentMove(
        Move move, MovePhase phase, long bytes, long rows, int attempts, Mark mark, String since, ReadSide side) {
    /** The same at another point. */
    CurrentMove with(MovePhase other, int copies, Mark newMark, ReadSide newSide) {
        return new CurrentMove(move, other, bytes, rows, attempts + copies, newMark, since, newSide);
    }

    /** Whether the partition is about to be on both shards for a moment, or is. */
    boolean isChangingShards() {
        return isChangingShards(phase);
    }

    static boolean isChangingShards(MovePhase phase) {
        return switch (phase) {
            case Copying, CleaningUp -> false;
            case Narrowing, Switching, Turning -> true;
        };
    }
}
