/**
 * Moves partitions between the shards of a cluster, so that none is fuller than it should be, or so that some are empty.
 *
 * <p>{@link io.shardwright.rebalance.MovePlanner} decides which partitions go where; {@link
 * io.shardwright.rebalance.MoveStepPlanner} what comes next of the move of one, such that no row is lost or doubled whatever
 * happens in between. Owns Rebalances, and the tables on the servers whose name begins with {@code _move_}; not which hosts
 * and shards a cluster has, nor who reads from them.
 */
package io.shardwright.rebalance;
