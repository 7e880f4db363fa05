package io.shardwright.e2e.harness;

import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.shardwright.crds.ClickHouseCluster;
import io.shardwright.crds.ImportJob;
import io.shardwright.crds.ImportPhase;
import io.shardwright.crds.Table;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** A namespace in which a test class does what users do. */
public final class Sandbox implements AutoCloseable {
    public static final Duration SOON = Duration.ofSeconds(90);

    /**
     * A server that does not end when it is told to, as 18.16 now and then does not, is killed after a minute; StatefulSets that
     * found its pod in their way try again up to twenty seconds later; and then the server starts.
     */
    private static final Duration READY_WITHIN = Duration.ofSeconds(120);

    private static final PatchContext AS_A_USER = new PatchContext.Builder()
            .withPatchType(PatchType.SERVER_SIDE_APPLY)
            .withFieldManager("a-user")
            .withForce(true)
            .build();

    private final KubernetesClient client;
    private final String namespace;

    public Sandbox(KubernetesClient client, String namespace) {
        this.client = client;
        this.namespace = namespace;
        client.resource(new NamespaceBuilder()
                        .withNewMetadata()
                        .withName(namespace)
                        .addToLabels("pod-security.kubernetes.io/enforce", "restricted")
                        .addToLabels("app.kubernetes.io/part-of", "shardwright-e2e")
                        .endMetadata()
                        .build())
                .create();
        await("the namespace's service account")
                .atMost(SOON)
                .until(() -> client.serviceAccounts()
                                .inNamespace(namespace)
                                .withName("default")
                                .get()
                        != null);
    }

    public KubernetesClient client() {
        return client;
    }

    public String namespace() {
        return namespace;
    }

    /** Applies YAML, of one object or several, in this namespace, as {@code kubectl apply --server-side} does. */
    public List<HasMetadata> apply(String yaml) {
        List<HasMetadata> objects = client.load(new ByteArrayInputStream(yaml.getBytes(StandardCharsets.UTF_8)))
                .items();
        return objects.stream().map(this::apply).toList();
    }

    public HasMetadata apply(HasMetadata object) {
        object.getMetadata().setNamespace(namespace);
        return client.resource(object).inNamespace(namespace).patch(AS_A_USER);
    }

    public ClickHouseCluster cluster(String name) {
        return client.resources(ClickHouseCluster.class)
                .inNamespace(namespace)
                .withName(name)
                .get();
    }

    public Table table(String name) {
        return client.resources(Table.class)
                .inNamespace(namespace)
                .withName(name)
                .get();
    }

    public ImportJob importJob(String name) {
        return client.resources(ImportJob.class)
                .inNamespace(namespace)
                .withName(name)
                .get();
    }

    /** Waits until the spec that was applied last is what stands. */
    public void awaitClusterReady(String name) {
        await("cluster " + name + " gets ready")
                .pollInterval(Duration.ofMillis(100))
                .atMost(READY_WITHIN)
                .until(() -> clusterState(name), state -> state.startsWith("Ready=True"));
    }

    /** Whether the spec that was applied last is what stands, and if not, what is missing: begins with Ready=True or not. */
    public String clusterState(String name) {
        var cluster = cluster(name);
        return describe(
                cluster,
                cluster.getStatus() == null ? null : cluster.getStatus().conditions());
    }

    public void awaitTableReady(String name) {
        await("table " + name + " stands on every host")
                .pollInterval(Duration.ofMillis(100))
                .atMost(SOON)
                .until(
                        () -> {
                            var table = table(name);
                            return describe(
                                    table,
                                    table.getStatus() == null
                                            ? null
                                            : table.getStatus().conditions());
                        },
                        state -> state.startsWith("Ready=True"));
    }

    /** Waits until it succeeded or failed, whichever comes. */
    public ImportJob awaitImportEnd(String name, Duration limit) {
        return await("import " + name + " ends")
                .pollInterval(Duration.ofMillis(200))
                .atMost(limit)
                .until(
                        () -> importJob(name),
                        job -> job.getStatus() != null
                                && (job.getStatus().phase() == ImportPhase.Succeeded
                                        || job.getStatus().phase() == ImportPhase.Failed));
    }

    private static String describe(HasMetadata object, List<Condition> conditions) {
        var ready = condition(conditions, "Ready");
        if (ready.isEmpty()) {
            return "no status yet";
        }
        boolean current =
                object.getMetadata().getGeneration().equals(ready.get().getObservedGeneration());
        return (current ? "Ready=" : "(of an earlier generation) Ready=")
                + ready.get().getStatus() + ": " + ready.get().getMessage();
    }

    /** Empty also while the cluster has no status yet. */
    public Optional<Condition> clusterCondition(String name, String type) {
        return Optional.ofNullable(cluster(name).getStatus()).flatMap(status -> condition(status.conditions(), type));
    }

    public static Optional<Condition> condition(List<Condition> conditions, String type) {
        return Optional.ofNullable(conditions).stream()
                .flatMap(List::stream)
                .filter(condition -> type.equals(condition.getType()))
                .findFirst();
    }

    /** Deletes the objects and waits until they are gone. */
    public void delete(HasMetadata object) {
        client.resource(object).inNamespace(namespace).delete();
        awaitGone(object);
    }

    public void awaitGone(HasMetadata object) {
        client.resource(object).inNamespace(namespace).waitUntilCondition(found -> found == null, 90, TimeUnit.SECONDS);
    }

    public String secret(String name, String key) {
        var secret = client.secrets().inNamespace(namespace).withName(name).require();
        return new String(Base64.getDecoder().decode(secret.getData().get(key)), StandardCharsets.UTF_8);
    }

    /** Deletes the namespace as users do, and with it all that is in it; fails if a finalizer keeps it. */
    @Override
    public void close() {
        var self = client.namespaces().withName(namespace);
        self.delete();
        self.waitUntilCondition(found -> found == null, 120, TimeUnit.SECONDS);
    }
}
