/**
 * Which shards and replicas leave a cluster, how far each is, and what is verified before anything is dropped. Hosts that
 * come are made by the cluster reconciler; here begins the Rebalance that fills a shard that came.
 */
package io.shardwright.scaling;
