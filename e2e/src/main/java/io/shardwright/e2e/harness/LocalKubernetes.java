package io.shardwright.e2e.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/** The cluster of e2e/local-kubernetes, which needs Linux and root and nothing else. */
final class LocalKubernetes implements ClusterProvider {
    static final String SCRIPT =
            Repository.path("e2e/local-kubernetes/local-kubernetes").toString();

    @Override
    public Optional<TestCluster> start() {
        boolean possible =
                System.getProperty("os.name").toLowerCase(Locale.ROOT).contains("linux")
                        && "root".equals(System.getProperty("user.name"));
        return possible ? Optional.of(started()) : Optional.empty();
    }

    static TestCluster started() {
        up();
        return new TestCluster("e2e/local-kubernetes", kubeconfig(), Images.operatorHash());
    }

    static Path kubeconfig() {
        return Path.of(Optional.ofNullable(System.getenv("LOCAL_KUBERNETES_HOME"))
                        .orElse("/var/tmp/shardwright/local-kubernetes"))
                .resolve("kubeconfig");
    }

    /** Does nothing where it is up, apart from loading images that are newer than those loaded. */
    private static void up() {
        try {
            int status = new ProcessBuilder(SCRIPT, "up").inheritIO().start().waitFor();
            if (status != 0) {
                throw new IllegalStateException(SCRIPT + " up failed with status " + status);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while the local Kubernetes started", e);
        }
    }
}
