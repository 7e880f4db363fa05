package io.shardwright.crds;

/** How far a rebalance is. */
public enum RebalancePhase {
    /** Not looked at yet, or it waits for its cluster. */
    Pending,
    /** A dry run: the moves that would be made are listed, and none is made. */
    Planned,
    /** Partitions are being moved. */
    Moving,
    /** Moves that were begun are ended; no other is begun. */
    Paused,
    /** Nothing is left to move. */
    Succeeded
}
