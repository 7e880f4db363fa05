package io.shardwright.crds;

/** Who moves data when the number of shards changes. */
public enum RebalancingMode {
    /** The operator creates a Rebalance by itself: a shard that was added fills. */
    Automatic,
    /** The user does; the operator moves only what a shard holds that is to go. */
    Manual
}
