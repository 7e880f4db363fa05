/**
 * Tables: the database, the replicated local table and the Distributed table of a Table object, on every host of its
 * cluster.
 *
 * <p>Owns the DDL and the comparison of what stands with what is declared. Changes and drops nothing but what a deleted
 * Table with {@code deletionPolicy: Drop} asks for; a table that differs from its spec is told, not altered.
 */
package io.shardwright.table;
