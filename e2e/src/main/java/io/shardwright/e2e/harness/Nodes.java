package io.shardwright.e2e.harness;

import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.client.readiness.Readiness;
import java.io.IOException;
import java.io.UncheckedIOException;

/** Takes nodes of e2e/local-kubernetes away, like a power cut, and brings them back. */
public final class Nodes {
    private Nodes() {}

    /** Whether the cluster that the tests run on is one whose nodes can be taken away. */
    public static boolean canStop() {
        return TestCluster.find().provider().equals(LocalKubernetes.PROVIDER);
    }

    public static void stop(String node) {
        run("stop-node", node);
    }

    /** Returns when the node is ready again. */
    public static void start(Sandbox sandbox, String node) {
        run("start-node", node);
        await("node " + node + " is back").atMost(Sandbox.SOON).until(() -> Readiness.getInstance()
                .isReady(sandbox.client().nodes().withName(node).get()));
    }

    private static void run(String command, String node) {
        try {
            int status = new ProcessBuilder(LocalKubernetes.SCRIPT, command, node)
                    .inheritIO()
                    .start()
                    .waitFor();
            if (status != 0) {
                throw new IllegalStateException(command + " " + node + " failed with status " + status);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted during " + command, e);
        }
    }
}
