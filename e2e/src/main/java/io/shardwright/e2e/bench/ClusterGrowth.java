package io.shardwright.e2e.bench;

import io.shardwright.e2e.harness.Sandbox;
import io.shardwright.e2e.harness.Yaml;
import java.time.Duration;

/** How long a cluster of 3 shards of 2 replicas takes to have a fourth. */
final class ClusterGrowth {
    static final String NAME = "grow";

    private final Sandbox sandbox;

    ClusterGrowth(Sandbox sandbox) {
        this.sandbox = sandbox;
    }

    void createThreeByTwo() {
        sandbox.apply(Yaml.cluster(NAME, 3, 2));
        sandbox.awaitClusterReady(NAME);
    }

    /** Ready means here what it does for the cluster: every server of every shard knows the new hosts. */
    Duration addShard() {
        long began = System.nanoTime();
        sandbox.apply(Yaml.cluster(NAME, 4, 2));
        sandbox.awaitClusterReady(NAME);
        return Duration.ofNanos(System.nanoTime() - began);
    }
}
