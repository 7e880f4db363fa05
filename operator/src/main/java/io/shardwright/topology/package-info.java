/**
 * The pure vocabulary of a cluster's shape: cluster, shard, replica, host.
 *
 * <p>A <em>host</em> is a server process (a StatefulSet of one pod); a <em>replica</em> is a copy of a shard's data on a
 * host. Today they are one to one; code that means the process says host, code that means the copy says replica.
 */
package io.shardwright.topology;
