/** Measures what design.md §9 promises, on a real cluster with the operator that its chart installed: {@code make bench}. */
package io.shardwright.e2e.bench;
