/**
 * The pure kernel that every feature shares: what a planner returns, what became of it, and how both are told to users.
 *
 * <p>Owns plans, holds, outcomes and conditions. Knows no Kubernetes client, no ClickHouse and no clock.
 */
package io.shardwright.plan;
