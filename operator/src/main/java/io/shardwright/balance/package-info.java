/**
 * How evenly the shards of a cluster share what it holds, and when that is reason enough to begin a Rebalance. It moves nothing
 * itself.
 */
package io.shardwright.balance;
