/**
 * ClickHouse over HTTP: the port that features speak through, its adapter on clickhouse-java's client-v2, quoting, and what is
 * said differently from one version to another. The only package that knows the client.
 */
package io.shardwright.clickhouse;
