package io.shardwright.rebalance;

import java.util.Comparator;

/**
 * What moves as one: a partition of a table on a shard, or the partitions of one id of tables that stay together.
 *
 * @param group the table, or the tables that stay together
 * @param partition id of the partition
 * @param shard index of the shard that it is on
 * @param isNewest one of the newest partitions of its tables, which are read most
 */
record Unit(String group, String partition, int shard, long bytes, boolean isNewest) {
    /** Large ones first; the rest only makes the order total. */
    static final Comparator<Unit> LARGEST_FIRST = Comparator.comparingLong(Unit::bytes)
            .reversed()
            .thenComparing(Unit::group)
            .thenComparing(Unit::partition)
            .thenComparingInt(Unit::shard);
}
