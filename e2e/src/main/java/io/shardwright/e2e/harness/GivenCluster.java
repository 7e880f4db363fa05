package io.shardwright.e2e.harness;

import java.nio.file.Path;
import java.util.Optional;

/** The cluster that KUBECONFIG names. Its nodes have the images, or pull them. */
final class GivenCluster implements ClusterProvider {
    @Override
    public Optional<TestCluster> start() {
        return Optional.ofNullable(System.getenv("KUBECONFIG"))
                .filter(file -> !file.isBlank())
                .map(Path::of)
                .map(file -> file.equals(LocalKubernetes.kubeconfig())
                        ? LocalKubernetes.started()
                        : new TestCluster("KUBECONFIG", file, Optional.empty()));
    }
}
