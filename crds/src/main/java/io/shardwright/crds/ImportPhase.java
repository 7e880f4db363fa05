package io.shardwright.crds;

/** How far an import is. It only ever moves down this list; Failed is reached from Pending and Loading alone. */
public enum ImportPhase {
    /** Waits for its table. */
    Pending,
    /** Rows go into staging tables, where no query sees them. */
    Loading,
    /** Every row is in; the staging tables' partitions are being attached. From here on it can only go forward. */
    Publishing,
    /** Every row is in the table. */
    Succeeded,
    /** Not a row is in the table. */
    Failed
}
