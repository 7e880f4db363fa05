/** ZooKeeper and ClickHouse Keeper over Curator. The only package that knows Curator. */
package io.shardwright.keeper;
