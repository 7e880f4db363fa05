/**
 * The worker of an import, a subcommand of the operator's image: streams files over HTTP, turns their lines into rows, asks a
 * server which shard each row belongs to, and writes them into a staging table of its own on one host of each shard.
 *
 * <p>Owns reading, formats and routing. Never publishes, and never touches a table that it did not create; what becomes of its
 * rows is the operator's ({@code importjob}).
 */
package io.shardwright.importworker;
