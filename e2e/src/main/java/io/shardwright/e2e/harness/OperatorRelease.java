package io.shardwright.e2e.harness;

import com.marcnuri.helm.Helm;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** The operator as users install it: by its chart, all namespaces watched. */
final class OperatorRelease {
    static final String NAME = "shardwright";
    static final String NAMESPACE = "shardwright-system";

    private static final Path CHART = Repository.path("helm/shardwright");
    private static final PatchContext OVER_EVERYONE = new PatchContext.Builder()
            .withPatchType(PatchType.SERVER_SIDE_APPLY)
            .withFieldManager("shardwright-install")
            .withForce(true)
            .build();

    private OperatorRelease() {}

    /** Leaves the operator alone where the same image and values are installed already. */
    static void install(TestCluster cluster, KubernetesClient client) {
        applyDefinitions(client);
        var upgrade = new Helm(CHART)
                .upgrade()
                .install()
                .withName(NAME)
                .withNamespace(NAMESPACE)
                .createNamespace()
                .withKubeConfig(cluster.kubeconfig());
        cluster.operatorImage().map(OperatorRelease::valuesFile).ifPresent(upgrade::withValuesFile);
        Optional.ofNullable(System.getenv("SHARDWRIGHT_VALUES")).map(Path::of).ifPresent(upgrade::withValuesFile);
        upgrade.call();
        client.apps()
                .deployments()
                .inNamespace(NAMESPACE)
                .withName(NAME)
                .waitUntilCondition(OperatorRelease::isRolledOut, 3, TimeUnit.MINUTES);
    }

    /** The values of scripts/cluster.sh: neither restarts the operator that the other installed. */
    private static Path valuesFile(String imageHash) {
        try {
            var file = Files.createTempFile("values", ".yaml");
            file.toFile().deleteOnExit();
            return Files.writeString(file, "podAnnotations: {shardwright.io/image: \"" + imageHash + "\"}\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static boolean isRolledOut(Deployment deployment) {
        var status = deployment == null ? null : deployment.getStatus();
        if (status == null) {
            return false;
        }
        var wanted = deployment.getSpec().getReplicas();
        return deployment.getMetadata().getGeneration().equals(status.getObservedGeneration())
                && wanted.equals(status.getUpdatedReplicas())
                && wanted.equals(status.getReplicas())
                && wanted.equals(status.getAvailableReplicas());
    }

    /** Helm installs custom resource definitions once, and never brings them up to date. */
    private static void applyDefinitions(KubernetesClient client) {
        try (Stream<Path> files = Files.list(CHART.resolve("crds"))) {
            files.sorted().forEach(file -> applyDefinition(client, file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void applyDefinition(KubernetesClient client, Path file) {
        var definition = client.getKubernetesSerialization()
                .unmarshal(
                        Repository.text(Repository.path("").relativize(file).toString()),
                        CustomResourceDefinition.class);
        client.resource(definition).patch(OVER_EVERYONE);
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
