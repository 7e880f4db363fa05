package io.shardwright;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.http.BasicBuilder;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.Interceptor;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.shardwright.chart.RenderedChart;
import io.shardwright.crds.ClickHouseCluster;
import io.shardwright.crds.ClickHouseClusterSpec;
import io.shardwright.crds.Table;
import io.shardwright.plan.Conditions;
import io.shardwright.testing.ControlPlane;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The whole operator, with the rights of the chart, against a real API server; nothing there makes pods of StatefulSets. */
final class OperatorProcessIT {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /** A Lease that is not given back runs out after 15 s. */
    private static final Duration HANDOVER = Duration.ofSeconds(8);

    private static ControlPlane controlPlane;
    private static Config asInstalled;

    @BeforeAll
    static void start() throws IOException, InterruptedException {
        controlPlane = ControlPlane.up();
        asInstalled = new ConfigBuilder(controlPlane.client().getConfiguration())
                .withImpersonateUsername("system:serviceaccount:" + RenderedChart.NAMESPACE + ":shardwright")
                .build();
        grantRights();
    }

    /** What the chart grants in a namespace that is watched, and for the Lease. */
    private static void grantRights() {
        RenderedChart.with("watchNamespaces: [" + controlPlane.namespace() + "]").objects().stream()
                .filter(object -> object.getApiVersion().startsWith("rbac.authorization.k8s.io/"))
                .forEach(object -> {
                    if (object instanceof Namespaced) {
                        object.getMetadata().setNamespace(controlPlane.namespace());
                    }
                    controlPlane.client().resource(object).forceConflicts().serverSideApply();
                });
        try (var client = new KubernetesClientBuilder().withConfig(asInstalled).build()) {
            await("the API server knows them")
                    .atMost(PATIENCE)
                    .ignoreExceptions()
                    .until(() -> {
                        client.nodes().withName("none").get();
                        client.secrets().inNamespace(controlPlane.namespace()).list();
                        return true;
                    });
        }
    }

    @AfterAll
    static void stop() {
        controlPlane.close();
    }

    @Test
    void makesTheObjectsOfAClusterAndSaysWhatItWaitsFor() {
        try (var operator = operator(Optional.empty())) {
            operator.start();
            apply("made", "version: 18.16.1\nshards: 2\nreplicas: 2");

            await("StatefulSets of every host and of ZooKeeper")
                    .atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(controlPlane
                                    .client()
                                    .apps()
                                    .statefulSets()
                                    .inNamespace(controlPlane.namespace())
                                    .list()
                                    .getItems())
                            .extracting(StatefulSet::getMetadata)
                            .extracting("name")
                            .contains("made-0-0", "made-0-1", "made-1-0", "made-1-1", "made-zookeeper"));
            await("a status").atMost(PATIENCE).untilAsserted(() -> {
                var status = cluster("made").getStatus();
                assertThat(status).isNotNull();
                assertThat(status.replicas()).isEqualTo("0/4");
                assertThat(status.conditions())
                        .filteredOn("type", Conditions.PROGRESSING)
                        .singleElement()
                        .satisfies(
                                condition -> assertThat(condition.getMessage()).contains("coordination is starting"));
            });
        }
    }

    @Test
    void holdsATableByAFinalizerUntilItMayGo() {
        var table = controlPlane
                .client()
                .resource(Serialization.unmarshal("""
                apiVersion: clickhouse.shardwright.io/v1alpha1
                kind: Table
                metadata: {name: alone, namespace: %s}
                spec:
                  cluster: none
                  database: d
                  columns: [{name: a, type: UInt8}]
                  orderBy: [a]
                  deletionPolicy: Drop
                """.formatted(controlPlane.namespace()), Table.class));
        try (var operator = operator(Optional.empty())) {
            operator.start();
            table.create();
            await("a finalizer")
                    .atMost(PATIENCE)
                    .until(() -> !table.get().getMetadata().getFinalizers().isEmpty());
            table.delete();

            await("it goes").atMost(PATIENCE).until(() -> table.get() == null);
        }
    }

    @Test
    void refusesWhatTheApiServerCannot() {
        try (var operator = operator(Optional.empty())) {
            operator.start();
            apply("refused", "coordination: {endpoints: ['no port']}");

            await("a refusal").atMost(PATIENCE).untilAsserted(() -> {
                var status = cluster("refused").getStatus();
                assertThat(status).isNotNull();
                assertThat(status.conditions())
                        .filteredOn("type", Conditions.ACCEPTED)
                        .singleElement()
                        .satisfies(condition -> {
                            assertThat(condition.getStatus()).isEqualTo("False");
                            assertThat(condition.getMessage()).contains("\"no port\" is not host:port");
                        });
            });
        }
    }

    /**
     * The framework empties its caches when it stops: a pass that is under way would take the Shards for gone, and the servers
     * would be told to read from one shard of two.
     */
    @Test
    void letsAPassEndBeforeItsCachesAre() throws InterruptedException {
        var secret = new SecretBuilder()
                .withNewMetadata()
                .withName("ended-user-reader")
                .withNamespace(controlPlane.namespace())
                .endMetadata()
                .addToStringData("password", "made-by-the-user")
                .build();
        controlPlane.client().resource(secret).create();
        var pause = new Pause("/secrets/ended-user-reader");
        try (var operator = operator(Optional.empty(), pause)) {
            operator.start();
            apply("ended", "version: 18.16.1\nshards: 2\nreplicas: 1\nusers: [{name: reader}]");
            await("both shards are listed")
                    .atMost(PATIENCE)
                    .until(() -> listed("ended"), List.of("ended-0-0", "ended-1-0")::equals);

            pause.begin();
            controlPlane
                    .client()
                    .resource(cluster("ended"))
                    .patch(PatchContext.of(PatchType.JSON_MERGE), "{\"spec\": {\"shards\": 1}}");
            pause.awaitBegun();
        }
        assertThat(listed("ended")).containsExactly("ended-0-0", "ended-1-0");
    }

    /** The hosts that the servers of a cluster are told of. */
    private static List<String> listed(String cluster) {
        var config = controlPlane
                .client()
                .configMaps()
                .inNamespace(controlPlane.namespace())
                .withName(cluster + "-config")
                .get();
        return config == null
                ? List.of()
                : Pattern.compile("<host>([^<]+)-peers\\.")
                        .matcher(config.getData().get("metrika.xml"))
                        .results()
                        .map(match -> match.group(1))
                        .toList();
    }

    /** Holds what asks the API server for an object, for a second once it was told to: caches are emptied in less. */
    private static final class Pause implements Interceptor {
        private static final Duration LENGTH = Duration.ofSeconds(1);

        private final String path;
        private final CountDownLatch begun = new CountDownLatch(1);
        private volatile boolean armed;

        Pause(String path) {
            this.path = path;
        }

        void begin() {
            armed = true;
        }

        void awaitBegun() throws InterruptedException {
            assertThat(begun.await(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                    .as("a pass under way")
                    .isTrue();
        }

        @Override
        public void before(BasicBuilder builder, HttpRequest request, RequestTags tags) {
            if (armed && request.uri().getPath().endsWith(path)) {
                begun.countDown();
                try {
                    Thread.sleep(LENGTH);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
        }
    }

    @Test
    void handsTheLeaseOverWhenItStops() {
        try (var second = operator(candidate("second"))) {
            try (var first = operator(candidate("first"))) {
                first.start();
                await("the first leads").atMost(PATIENCE).until(first::isLeading);
                second.start();
                assertThat(second.isLeading()).isFalse();
            }
            await("the second leads once the first stopped").atMost(HANDOVER).until(second::isLeading);
        }
    }

    @Test
    void tellsItsHealthAndItsMetrics() throws IOException, InterruptedException {
        try (var operator = operator(Optional.empty());
                var http = HttpClient.newHttpClient()) {
            assertThat(get(http, operator, "/readyz").statusCode()).isEqualTo(503);
            operator.start();

            assertThat(get(http, operator, "/readyz").statusCode()).isEqualTo(200);
            assertThat(get(http, operator, "/healthz").statusCode()).isEqualTo(200);
            assertThat(get(http, operator, "/metrics").body())
                    .contains("shardwright_resources{kind=\"ClickHouseCluster\",ready=\"true\"}");
        }
    }

    private static HttpResponse<String> get(HttpClient http, OperatorProcess operator, String path)
            throws IOException, InterruptedException {
        var request = java.net.http.HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + operator.httpPort() + path))
                .build();
        return http.send(request, HttpResponse.BodyHandlers.ofString());
    }

    /** With a client of its own, which it closes. */
    private static OperatorProcess operator(
            Optional<OperatorSettings.Candidate> candidate, Interceptor... interceptors) {
        var settings = new OperatorSettings(
                Set.of(controlPlane.namespace()), "cluster.local", "shardwright/operator:0.1.0", 0, candidate);
        var client = new KubernetesClientBuilder()
                .withConfig(asInstalled)
                .withHttpClientBuilderConsumer(http -> Stream.of(interceptors)
                        .forEach(interceptor -> http.addOrReplaceInterceptor(
                                interceptor.getClass().getName(), interceptor)))
                .build();
        return new OperatorProcess(
                settings, client, new PrometheusMeterRegistry(PrometheusConfig.DEFAULT), Clock.systemUTC());
    }

    private static Optional<OperatorSettings.Candidate> candidate(String identity) {
        return Optional.of(new OperatorSettings.Candidate(controlPlane.namespace(), identity));
    }

    private static void apply(String name, String spec) {
        var cluster = new ClickHouseCluster();
        cluster.setMetadata(new ObjectMetaBuilder()
                .withName(name)
                .withNamespace(controlPlane.namespace())
                .build());
        cluster.setSpec(Serialization.unmarshal(spec, ClickHouseClusterSpec.class));
        controlPlane.client().resource(cluster).create();
    }

    private static ClickHouseCluster cluster(String name) {
        return controlPlane
                .client()
                .resources(ClickHouseCluster.class)
                .inNamespace(controlPlane.namespace())
                .withName(name)
                .get();
    }
}
