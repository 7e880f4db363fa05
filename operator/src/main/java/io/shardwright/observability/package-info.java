/** What operators of the operator see: metrics, health, events and the log of what was done. */
package io.shardwright.observability;
