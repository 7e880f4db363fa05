package io.shardwright.rebalance;

/**
 * A shard as a place for partitions.
 *
 * @param weight how much it should hold, compared with the others; 0 when it is drained
 * @param fixedBytes what it holds and will hold, because it cannot or may not be moved
 * @param freeBytes what still fits on the fullest of its replicas; 0 when nothing may go there
 */
record ShardSpace(int shard, int weight, long fixedBytes, long freeBytes) {
    boolean isDrained() {
        return weight == 0;
    }
}
