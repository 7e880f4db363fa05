package io.shardwright.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.client.readiness.Readiness;
import io.shardwright.e2e.harness.Alone;
import io.shardwright.e2e.harness.EndToEnd;
import io.shardwright.e2e.harness.LocalNodes;
import io.shardwright.e2e.harness.OperatorPod;
import io.shardwright.e2e.harness.Sandbox;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A node of the local Kubernetes that comes back is as good as new. */
@Alone
@ExtendWith(EndToEnd.class)
final class LocalNodesE2E {
    private static final String NAME = "talking";

    private final Sandbox sandbox;
    private final OperatorPod operator;

    LocalNodesE2E(Sandbox sandbox, OperatorPod operator) {
        this.sandbox = sandbox;
        this.operator = operator;
    }

    /**
     * The connection outlives the process that had it, and with it the network of the dead pod: a route that led there
     * would be in the way of the next pod of this address.
     */
    @Test
    void whatIsLeftOfItsPodsTakesNoAddress() throws IOException {
        var nodes = LocalNodes.find();
        Assumptions.assumeTrue(nodes.isPresent(), "only a cluster of our own has nodes to take away");
        sandbox.apply("""
                apiVersion: v1
                kind: Pod
                metadata: {name: talking}
                spec:
                  automountServiceAccountToken: false
                  terminationGracePeriodSeconds: 0
                  securityContext: {runAsNonRoot: true, runAsUser: 101, seccompProfile: {type: RuntimeDefault}}
                  containers:
                    - name: bash
                      image: zookeeper:3.8
                      imagePullPolicy: Never
                      securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}
                      command:
                        - bash
                        - -c
                        - exec 3<>/dev/tcp/$KUBERNETES_SERVICE_HOST/$KUBERNETES_SERVICE_PORT && touch /tmp/talks && sleep 600
                      readinessProbe: {periodSeconds: 1, exec: {command: [test, -e, /tmp/talks]}}
                """);
        var pod = sandbox.client().pods().inNamespace(sandbox.namespace()).withName(NAME);
        await("the pod has its connection").atMost(Sandbox.SOON).until(() -> Readiness.isPodReady(pod.get()));
        var node = pod.get().getSpec().getNodeName();
        var address = pod.get().getStatus().getPodIP();
        operator.moveOff(node);
        assertThat(routesTo(address)).contains(address);
        nodes.get().stop(node);
        try {
            assertThat(routesTo(address)).isEmpty();
        } finally {
            nodes.get().start(node);
        }
    }

    private static String routesTo(String address) throws IOException {
        var process = new ProcessBuilder("ip", "-o", "route", "show", address).start();
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
}
