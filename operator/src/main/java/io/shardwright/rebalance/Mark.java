package io.shardwright.rebalance;

import java.time.Instant;

/**
 * The last thing that a table remembered of what it took, in ZooKeeper's count of changes.
 *
 * @param at before it was asked: what it takes from then on, it forgets when it is too old, or when too much came after
 */
record Mark(long last, Instant at) {
    static final Mark NONE = new Mark(0, Instant.EPOCH);
}
