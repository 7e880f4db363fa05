package io.shardwright.e2e.harness;

import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.client.readiness.Readiness;
import java.util.List;

/**
 * A client inside the cluster that asks the cluster's Service the same count again and again, a new connection each time, as
 * a user of a cluster has. Closing it fails if a read failed, or if a count was lower than one before it.
 */
public final class Reader implements AutoCloseable {
    private static final String POD = """
            apiVersion: v1
            kind: Pod
            metadata: {name: %1$s}
            spec:
              terminationGracePeriodSeconds: 0
              automountServiceAccountToken: false
              securityContext: {runAsNonRoot: true, runAsUser: 101, seccompProfile: {type: RuntimeDefault}}
              containers:
                - name: reader
                  image: docker.io/clickhouse/clickhouse-server:18.16.1
                  command: [bash, -c]
                  args:
                    - |
                      while :; do
                        answer=$(clickhouse-client --host %2$s --user %4$s --password "$PASSWORD" --query "%3$s" 2>&1 | tail -n 1)
                        echo "$(date +%%T) $answer"
                        sleep 0.2
                      done
                  env:
                    - {name: PASSWORD, valueFrom: {secretKeyRef: {name: %2$s-user-%4$s, key: password}}}
                  securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}
            """;
    private static final String NAME = "reader";
    private static final int ENOUGH = 10;

    private final Sandbox sandbox;

    /** @param count a query whose one result is a number */
    public Reader(Sandbox sandbox, String cluster, String user, String count) {
        this.sandbox = sandbox;
        sandbox.apply(POD.formatted(NAME, cluster, count, user));
        await("the reader gets ready")
                .atMost(Sandbox.SOON)
                .until(() -> Readiness.isPodReady(sandbox.client()
                        .pods()
                        .inNamespace(sandbox.namespace())
                        .withName(NAME)
                        .get()));
    }

    @Override
    public void close() {
        var pod = sandbox.client().pods().inNamespace(sandbox.namespace()).withName(NAME);
        await("the reader has read often enough")
                .atMost(Sandbox.SOON)
                .until(() -> pod.getLog().lines().count() > ENOUGH);
        var lines = pod.getLog().lines().toList();
        sandbox.delete(pod.require());
        var failed = lines.stream().filter(line -> !line.matches("\\S+ \\d+")).toList();
        if (!failed.isEmpty()) {
            throw new AssertionError(failed.size() + " of " + lines.size() + " reads failed: " + failed);
        }
        assertNeverFalls(lines);
    }

    private static void assertNeverFalls(List<String> lines) {
        long highest = 0;
        for (var line : lines) {
            long count = Long.parseLong(line.substring(line.lastIndexOf(' ') + 1));
            if (count < highest) {
                throw new AssertionError("a count fell from " + highest + " to " + count + ": " + line);
            }
            highest = count;
        }
    }
}
