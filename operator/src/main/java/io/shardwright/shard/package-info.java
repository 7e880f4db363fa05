/**
 * The shard reconciler: the hosts of one shard.
 *
 * <p>Owns each host's StatefulSet, ConfigMap and headless Service, the shard's Service and PodDisruptionBudget, and the
 * order in which hosts restart. Does not own what all hosts of a cluster share ({@code cluster}'s) nor any table
 * ({@code table}'s).
 */
package io.shardwright.shard;
