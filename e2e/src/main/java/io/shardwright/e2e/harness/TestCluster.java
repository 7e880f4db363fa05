package io.shardwright.e2e.harness;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The Kubernetes that everything runs on.
 *
 * @param provider where it came from, for those who read the log
 * @param operatorImage hash of the operator's image, where this harness loads it into the nodes: the same name may then stand
 *     for another image than before, and the operator's pod must start anew
 */
public record TestCluster(String provider, Path kubeconfig, Optional<String> operatorImage) {
    private static TestCluster found;

    /** The first that is to be had, found once for all. */
    public static synchronized TestCluster find() {
        if (found == null) {
            found = List.<ClusterProvider>of(new GivenCluster(), new DockerCluster(), new LocalKubernetes()).stream()
                    .flatMap(provider -> provider.start().stream())
                    .findFirst()
                    .orElseThrow(() -> new IllegalStateException("there is no Kubernetes to test on. Set KUBECONFIG to"
                            + " one, or install Docker (k3s runs in it), or run on Linux as root, where"
                            + " e2e/local-kubernetes needs nothing else"));
        }
        return found;
    }

    public KubernetesClient client() {
        try {
            var config = Config.fromKubeconfig(Files.readString(kubeconfig));
            config.setNamespace("default");
            return new KubernetesClientBuilder().withConfig(config).build();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
