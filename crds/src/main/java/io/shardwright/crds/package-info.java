/**
 * The wire types of {@code clickhouse.shardwright.io/v1alpha1}: what users write and what the operator reports.
 *
 * <p>Owns the shape of the resources, their descriptions and the rules that the API server checks. Holds no logic: fields
 * are as they came, null where the user said nothing; the operator's parsers give them their defaults.
 */
package io.shardwright.crds;
