package io.shardwright.e2e.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.Optional;

/** Takes nodes of e2e/local-kubernetes away, like a power cut, and brings them back. */
public final class LocalNodes {
    private LocalNodes() {}

    /** Empty where the tests run on another cluster. */
    public static Optional<LocalNodes> find() {
        return TestCluster.find().kubeconfig().equals(LocalKubernetes.kubeconfig())
                        && Files.exists(LocalKubernetes.kubeconfig())
                ? Optional.of(new LocalNodes())
                : Optional.empty();
    }

    public void stop(String node) {
        run("stop-node", node);
    }

    public void start(String node) {
        run("start-node", node);
    }

    private static void run(String command, String node) {
        try {
            int status = new ProcessBuilder(LocalKubernetes.SCRIPT, command, node)
                    .inheritIO()
                    .start()
                    .waitFor();
            if (status != 0) {
                throw new IllegalStateException(
                        LocalKubernetes.SCRIPT + " " + command + " " + node + " failed with status " + status);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while " + node + " was to " + command, e);
        }
    }
}
