package io.shardwright.crds;

/** What becomes of a cluster's volumes when the cluster is deleted. */
public enum DeletionPolicy {
    /** The volumes stay: a cluster of the same name finds its data again. */
    Retain,
    /** The volumes go with the cluster. */
    Delete
}
