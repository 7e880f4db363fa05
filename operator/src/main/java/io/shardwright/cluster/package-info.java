/**
 * The cluster reconciler: what all hosts of a ClickHouseCluster share.
 *
 * <p>Owns the users' Secrets, the shared configuration, the managed ZooKeeper, the cluster's Service and the Shard objects.
 * Does not own anything of a single host; that is {@code shard}'s.
 */
package io.shardwright.cluster;
