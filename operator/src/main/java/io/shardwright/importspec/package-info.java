/**
 * What the operator and the workers of an import say to each other: the job's specification, a worker's progress, its last
 * words, and the names and statements of the staging tables that both of them use.
 *
 * <p>Pure: knows no Kubernetes, no HTTP and no clock.
 */
package io.shardwright.importspec;
