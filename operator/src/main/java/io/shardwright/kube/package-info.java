/** Kubernetes: the port through which executors write, and the comparison that keeps them from writing what stands. */
package io.shardwright.kube;
