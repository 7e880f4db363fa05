/** Tests of the resource definitions against a real API server, which alone can say what it refuses. */
package io.shardwright.crds;
