package io.shardwright.testing;

import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/**
 * A real API server with the custom resource definitions, and nothing that acts on objects: e2e/local-kubernetes's control
 * plane. It is left running, as the next to ask for it finds it up; each user works in a namespace of its own.
 */
public final class ControlPlane implements AutoCloseable {
    private static final Path REPOSITORY = Path.of("..").toAbsolutePath().normalize();

    private final KubernetesClient client;
    private final String namespace;

    private ControlPlane(KubernetesClient client, String namespace) {
        this.client = client;
        this.namespace = namespace;
    }

    public static ControlPlane up() throws IOException, InterruptedException {
        var script = REPOSITORY.resolve("e2e/local-kubernetes/local-kubernetes").toString();
        var process = new ProcessBuilder(script, "control-plane", "up")
                .redirectErrorStream(true)
                .start();
        var output = new String(process.getInputStream().readAllBytes());
        if (process.waitFor() != 0) {
            throw new IllegalStateException("the control plane does not start: " + output);
        }
        var home = Optional.ofNullable(System.getenv("LOCAL_KUBERNETES_HOME"))
                .orElse("/var/tmp/shardwright/local-kubernetes");
        var kubeconfig = Files.readString(Path.of(home + "-control-plane", "kubeconfig"));
        var client = new KubernetesClientBuilder()
                .withConfig(Config.fromKubeconfig(kubeconfig))
                .build();
        applyDefinitions(client);
        var namespace = "it-" + UUID.randomUUID().toString().substring(0, 8);
        client.resource(new NamespaceBuilder()
                        .withNewMetadata()
                        .withName(namespace)
                        .endMetadata()
                        .build())
                .create();
        return new ControlPlane(client, namespace);
    }

    public KubernetesClient client() {
        return client;
    }

    public String namespace() {
        return namespace;
    }

    /** The namespace itself stays, as nothing runs that would remove it. */
    @Override
    public void close() {
        client.close();
    }

    private static void applyDefinitions(KubernetesClient client) throws IOException {
        try (var files = Files.list(REPOSITORY.resolve("crds"))) {
            for (var file :
                    files.filter(path -> path.toString().endsWith(".yaml")).toList()) {
                var definition = client.getKubernetesSerialization()
                        .unmarshal(Files.readString(file), CustomResourceDefinition.class);
                client.resource(definition).forceConflicts().serverSideApply();
                client.resource(definition)
                        .waitUntilCondition(
                                stored -> stored != null
                                        && stored.getStatus() != null
                                        && stored.getStatus().getConditions() != null
                                        && stored.getStatus().getConditions().stream()
                                                .anyMatch(condition -> "Established".equals(condition.getType())
                                                        && "True".equals(condition.getStatus())),
                                30,
                                TimeUnit.SECONDS);
            }
        }
    }
}
