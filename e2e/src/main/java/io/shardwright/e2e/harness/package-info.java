/**
 * What end-to-end tests and benchmarks stand on: a cluster from the first provider that is to be had, the operator installed
 * in it by its chart, a namespace for each test class, and invariants that are watched meanwhile. It knows the operator only
 * as users do, by its resources and chart; of the operator's classes it uses those that speak SQL to a host.
 */
package io.shardwright.e2e.harness;
