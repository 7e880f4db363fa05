package io.shardwright.rebalance;

/** A unit that should be on another shard. */
record Relocation(Unit unit, int to) {}
