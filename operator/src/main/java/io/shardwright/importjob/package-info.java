/**
 * Imports: files are staged by a worker ({@code importworker}) and then published, whole or not at all.
 *
 * <p>Owns the worker's Job and ConfigMap, the staging tables and the publish step. Does not own the table that the rows go to,
 * and never writes to it other than by attaching partitions that are complete.
 */
package io.shardwright.importjob;
