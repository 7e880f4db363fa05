/**
 * What the servers read: config.d, metrika.xml and users.d, as pure functions of the intent.
 *
 * <p>Owns every path and file name below /etc/clickhouse-server. No file holds a clear password: users have hashes, and
 * what a server needs in the clear comes from its environment ({@code from_env}).
 */
package io.shardwright.serverconfig;
