package io.shardwright.crds;

/** How far the move of a partition is. It only ever moves down this list, or is given up while it is Copying. */
public enum MovePhase {
    /** The partition is copied to tables that nobody reads, and compared. It can be given up. */
    Copying,
    /** The copy is complete, and servers are told to read one side of both shards only ({@code reads: Exact}). It can be given up. */
    Narrowing,
    /** The copy is complete on every replica; it becomes visible and the source's goes. From here on it only goes forward. */
    Switching,
    /** The side that nobody reads has changed; servers turn to it, and the other changes when they have ({@code reads: Exact}). */
    Turning,
    /** The partition is where it belongs; what was needed to move it is removed. */
    CleaningUp
}
