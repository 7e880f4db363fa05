/**
 * What servers hold and what the coordination knows of them: contents of a host, its registered replicas, and whether others
 * have what one has. Whoever gives a copy up asks here first.
 */
package io.shardwright.holdings;
