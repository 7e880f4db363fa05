package io.shardwright.crds;

/** What becomes of the tables on the servers when a Table object is deleted. */
public enum TableDeletionPolicy {
    /** The tables and their rows stay on every host. */
    Retain,
    /** The local and the Distributed table are dropped on every host, with all their rows. */
    Drop
}
