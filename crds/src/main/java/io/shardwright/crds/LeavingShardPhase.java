package io.shardwright.crds;

/** How far a shard is that leaves its cluster. */
public enum LeavingShardPhase {
    /** Its rows are moved to the other shards; it still serves. */
    Draining,
    /** It holds no row; its hosts are being fenced, and counted once more. */
    Emptied,
    /** Its tables are being dropped: from here on it is not taken back. */
    Dropping
}
