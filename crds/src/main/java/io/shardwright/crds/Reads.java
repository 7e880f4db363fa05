package io.shardwright.crds;

/** What readers of a Distributed table see while a partition changes shards. */
public enum Reads {
    /** The partition twice for some milliseconds, never not at all. */
    Overlap,
    /** The partition once, always: servers read one side of both shards until the other has changed. Takes longer. */
    Exact
}
