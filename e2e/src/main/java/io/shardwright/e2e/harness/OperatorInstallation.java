package io.shardwright.e2e.harness;

import io.fabric8.kubernetes.client.KubernetesClient;

/** The operator, installed by its chart. */
public final class OperatorInstallation {
    private OperatorInstallation() {}

    public static OperatorPod on(TestCluster cluster, KubernetesClient client) {
        OperatorRelease.install(cluster, client);
        return new OperatorPod(client);
    }
}
