package io.shardwright.e2e.harness;

import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.client.dsl.PodResource;
import io.fabric8.kubernetes.client.readiness.Readiness;
import java.util.List;

/** A client inside the cluster that does the same again and again, and writes a line each time. */
final class ClientPod {
    private static final String POD = """
            apiVersion: v1
            kind: Pod
            metadata: {name: %1$s}
            spec:
              terminationGracePeriodSeconds: 0
              automountServiceAccountToken: false
              securityContext: {runAsNonRoot: true, runAsUser: 101, seccompProfile: {type: RuntimeDefault}}
              containers:
                - name: client
                  image: docker.io/clickhouse/clickhouse-server:18.16.1
                  command: [bash, -c]
                  args:
                    - |
            %4$s
                  env:
                    - {name: PASSWORD, valueFrom: {secretKeyRef: {name: %2$s-user-%3$s, key: password}}}
                  securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}
            """;
    private static final int INDENT = 12;
    private static final int ENOUGH = 10;

    private final Sandbox sandbox;
    private final String name;

    /** @param script for bash; {@code $client} in it is a ClickHouse client that is connected to the cluster's Service */
    ClientPod(Sandbox sandbox, String name, String cluster, String user, String script) {
        this.sandbox = sandbox;
        this.name = name;
        var client = "client=\"clickhouse-client --host " + cluster + " --user " + user + " --password $PASSWORD\"\n";
        sandbox.apply(POD.formatted(name, cluster, user, (client + script).indent(INDENT)));
        await(name + " gets ready").atMost(Sandbox.SOON).until(() -> Readiness.isPodReady(pod().get()));
    }

    /** Ends it once it has done enough to tell something. */
    List<String> end() {
        await(name + " has written enough lines")
                .atMost(Sandbox.SOON)
                .until(() -> pod().getLog().lines().count() > ENOUGH);
        var lines = pod().getLog().lines().toList();
        sandbox.delete(pod().require());
        return lines;
    }

    private PodResource pod() {
        return sandbox.client().pods().inNamespace(sandbox.namespace()).withName(name);
    }
}
