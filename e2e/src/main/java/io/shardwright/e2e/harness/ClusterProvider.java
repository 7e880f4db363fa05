package io.shardwright.e2e.harness;

import java.util.Optional;

/** A way to come by a Kubernetes. */
@FunctionalInterface
interface ClusterProvider {
    /** Empty where this way is not open; fails where it is and yet does not work. */
    Optional<TestCluster> start();
}
