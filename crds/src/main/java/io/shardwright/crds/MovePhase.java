package io.shardwright.crds;

/** How far the move of a partition is. It only ever moves down this list, or is given up while it is Copying. */
public enum MovePhase {
    /** The partition is copied to tables that nobody reads, and compared. It can be given up. */
    Copying,
    /** The copy is complete on every replica; it becomes visible and the source's goes. From here on it only goes forward. */
    Switching,
    /** The partition is where it belongs; what was needed to move it is removed. */
    CleaningUp
}
