package io.shardwright.e2e.harness;

import java.io.File;
import java.nio.file.Path;
import java.util.Optional;

/** The cluster that KUBECONFIG names. Its nodes have the images, or pull them. */
final class GivenCluster implements ClusterProvider {
    @Override
    public Optional<TestCluster> start() {
        return Optional.ofNullable(System.getenv("KUBECONFIG"))
                .filter(file -> !file.isBlank())
                .map(GivenCluster::singleFile)
                .map(file -> file.equals(LocalKubernetes.kubeconfig())
                        ? LocalKubernetes.started()
                        : new TestCluster("KUBECONFIG", file, Optional.empty()));
    }

    /** Helm and the client are each given the file; of several, they might choose different clusters. */
    private static Path singleFile(String kubeconfig) {
        if (kubeconfig.contains(File.pathSeparator)) {
            throw new IllegalStateException("KUBECONFIG names several files, " + kubeconfig + ": name one, for example"
                    + " the output of kubectl config view --flatten --minify");
        }
        return Path.of(kubeconfig);
    }
}
