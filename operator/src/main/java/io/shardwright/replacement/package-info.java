/**
 * The replacement reconciler: which hosts of a shard are in service, and what becomes of those that lost their data.
 *
 * <p>Owns the readiness gate of the servers' pods, the stanza {@code status.replacement} of Shards, and the volumes and pods of
 * replicas that are given up. Does not own what hosts are made of ({@code shard}'s), nor remote_servers ({@code cluster}'s),
 * which lists who this says is complete.
 */
package io.shardwright.replacement;
