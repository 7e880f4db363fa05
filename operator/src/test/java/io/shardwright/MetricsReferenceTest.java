package io.shardwright;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.javaoperatorsdk.operator.api.monitoring.Metrics.ControllerExecution;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.shardwright.clickhouse.ClickHouseException;
import io.shardwright.clickhouse.HostDirectory;
import io.shardwright.clickhouse.HttpServers;
import io.shardwright.crds.HoldStatus;
import io.shardwright.crds.Table;
import io.shardwright.observability.EventJournal;
import io.shardwright.observability.EventPublisher;
import io.shardwright.observability.Fleet;
import io.shardwright.observability.ReconcileMetrics;
import io.shardwright.plan.Action;
import io.shardwright.plan.Outcome;
import io.shardwright.topology.ClusterRef;
import io.shardwright.topology.Host;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Holds docs/metrics.md equal to what the operator tells Prometheus once everything has happened that it counts. */
final class MetricsReferenceTest {
    private static final Path REFERENCE = Path.of("docs", "metrics.md");
    private static final Path SOURCES = Path.of("src", "main", "java");
    private static final Pattern TYPE = Pattern.compile("(?m)^# TYPE (\\S+) (\\S+)$");
    private static final Pattern SAMPLE = Pattern.compile("(?m)^([a-z_]+)(?:\\{([^}]*)})? \\S+$");
    private static final Pattern TAG = Pattern.compile("([a-z]+)=\"([^\"]*)\"");
    private static final Pattern CODE = Pattern.compile("`([^`]+)`");
    private static final Pattern NAME_IN_SOURCE =
            Pattern.compile("\\.(?:counter|timer|builder)\\(\\s*\"(shardwright[a-z.]+)\"");

    /** A metric, as both sides tell it. */
    private record Metric(String name, String type, List<String> tags) {}

    private static String scraped;

    @BeforeAll
    static void letEverythingHappen() throws Exception {
        var meters = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        passesEnd(new ReconcileMetrics(meters));
        actionsEnd(meters);
        statementsEnd(meters);
        var fleet = new Fleet(meters);
        var hold = new HoldStatus("ClusterMissing", "main", "is missing", null);
        fleet.add("Table", () -> Stream.of(new Fleet.State(List.of(), List.of(hold))));
        fleet.refresh();
        scraped = meters.scrape();
    }

    @Test
    void everyMetricIsDescribedWithItsTypeAndTags() throws IOException {
        var described = rows("metric").stream()
                .map(cells -> new Metric(code(cells.get(0)).getFirst(), cells.get(1), code(cells.get(2))))
                .toList();

        assertThat(described).containsExactlyInAnyOrderElementsOf(metrics());
    }

    @Test
    void everyMetricOfTheSourcesHappenedHere() throws IOException {
        try (var files = Files.walk(SOURCES)) {
            var names = files.filter(file -> file.toString().endsWith(".java"))
                    .flatMap(file -> NAME_IN_SOURCE.matcher(text(file)).results())
                    .map(match -> match.group(1).replace('.', '_'))
                    .toList();
            assertThat(names).isNotEmpty().allSatisfy(name -> assertThat(scraped)
                    .contains("# TYPE " + name));
        }
    }

    @Test
    void theValuesOfTagsAreListed() throws IOException {
        var listed = new TreeMap<String, List<String>>();
        rows("tag").forEach(cells -> listed.put(cells.get(1) + " " + cells.get(0), code(cells.get(2))));

        assertThat(listed.get("`shardwright_reconciles_seconds` `outcome`"))
                .containsExactlyInAnyOrderElementsOf(values("shardwright_reconciles_seconds_count", "outcome"));
        assertThat(listed.get("`shardwright_actions_total` `outcome`"))
                .containsExactlyInAnyOrderElementsOf(values("shardwright_actions_total", "outcome"));
        assertThat(listed.get("`shardwright_clickhouse_calls_total` `outcome`"))
                .containsExactlyInAnyOrderElementsOf(values("shardwright_clickhouse_calls_total", "outcome"));
        assertThat(listed.get("`shardwright_resources` `ready`"))
                .containsExactlyInAnyOrderElementsOf(values("shardwright_resources", "ready"));
        assertThat(listed.get("`shardwright_reconciles_seconds` `controller`"))
                .containsExactlyInAnyOrderElementsOf(controllers());
        assertThat(listed.get("all `kind`"))
                .containsExactlyInAnyOrder("ClickHouseCluster", "Shard", "Table", "ImportJob", "Rebalance");
    }

    private static void passesEnd(ReconcileMetrics metrics) throws Exception {
        metrics.timeControllerExecution(new Pass(false));
        assertThatThrownBy(() -> metrics.timeControllerExecution(new Pass(true)))
                .isInstanceOf(IllegalStateException.class);
        metrics.failedReconciliation(new Table(), new IllegalStateException("failed"), Map.of());
    }

    private static void actionsEnd(PrometheusMeterRegistry meters) {
        var unreachable = new ConfigBuilder()
                .withMasterUrl("http://127.0.0.1:1")
                .withRequestRetryBackoffLimit(0)
                .build();
        try (var client = new KubernetesClientBuilder().withConfig(unreachable).build();
                var events = new EventPublisher(client, Clock.systemUTC())) {
            var resource = new Table();
            resource.getMetadata().setUid("uid");
            var step = new Step();
            new EventJournal(events, meters)
                    .record(
                            resource,
                            List.of(),
                            List.of(),
                            List.of(
                                    new Outcome.Done<>(step),
                                    new Outcome.Failed<>(step, "why", true),
                                    new Outcome.Overtaken<>(step),
                                    new Outcome.Moot<>(step)));
        }
    }

    private static void statementsEnd(PrometheusMeterRegistry meters) throws IOException {
        var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", MetricsReferenceTest::answer);
        server.start();
        var cluster = new ClusterRef("ns", "c", "cluster.local");
        HostDirectory directory = host -> new HostDirectory.Address(
                "http://127.0.0.1:" + (host.shard() == 0 ? server.getAddress().getPort() : 1), "user", "password");
        try (var servers = new HttpServers(directory, Duration.ofSeconds(10), meters)) {
            servers.query(new Host(cluster, 0, 0), "SELECT 1");
            for (var host : List.of(new Host(cluster, 0, 0), new Host(cluster, 1, 0))) {
                assertThatThrownBy(() -> servers.query(host, "REFUSE")).isInstanceOf(ClickHouseException.class);
            }
        } finally {
            server.stop(0);
        }
    }

    private static void answer(HttpExchange exchange) throws IOException {
        var statement = new String(exchange.getRequestBody().readAllBytes());
        boolean isRefused = statement.contains("REFUSE");
        var body = (isRefused ? "Code: 62, e.displayText() = DB::Exception: Syntax error" : "18.16.1\n").getBytes();
        try (exchange) {
            exchange.sendResponseHeaders(isRefused ? 400 : 200, body.length);
            exchange.getResponseBody().write(body);
        }
    }

    /** @return rows of the table whose first column has this head */
    private static List<List<String>> rows(String head) throws IOException {
        return Stream.of(Files.readString(REFERENCE).split("\n\n"))
                .filter(table -> table.startsWith("| " + head + " |"))
                .flatMap(String::lines)
                .skip(2)
                .map(line -> Arrays.stream(line.split("\\|", -1))
                        .skip(1)
                        .map(String::strip)
                        .toList())
                .toList();
    }

    private static List<String> code(String text) {
        return CODE.matcher(text).results().map(match -> match.group(1)).toList();
    }

    private static List<Metric> metrics() {
        return TYPE.matcher(scraped)
                .results()
                .map(type -> new Metric(type.group(1), type.group(2), tags(type.group(1))))
                .toList();
    }

    private static List<String> tags(String metric) {
        return samples(metric)
                .flatMap(sample -> TAG.matcher(String.valueOf(sample.group(2))).results())
                .map(tag -> tag.group(1))
                .distinct()
                .sorted()
                .toList();
    }

    private static TreeSet<String> values(String sample, String tag) {
        return samples(sample)
                .flatMap(one -> TAG.matcher(one.group(2)).results())
                .filter(one -> one.group(1).equals(tag))
                .map(one -> one.group(2))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Stream<MatchResult> samples(String metric) {
        return SAMPLE.matcher(scraped)
                .results()
                .filter(sample ->
                        sample.group(1).replaceFirst("_(count|sum)$", "").equals(metric)
                                || sample.group(1).equals(metric));
    }

    private static List<String> controllers() {
        return new ClassFileImporter()
                .withImportOption(new ImportOption.DoNotIncludeTests()).importPackages("io.shardwright").stream()
                        .filter(type -> type.isAssignableTo(Reconciler.class))
                        .map(JavaClass::reflect)
                        .map(type -> type.getAnnotation(ControllerConfiguration.class)
                                .name())
                        .toList();
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private record Step() implements Action {
        @Override
        public String subject() {
            return "host";
        }

        @Override
        public String describe() {
            return "take a step";
        }
    }

    private record Pass(boolean fails) implements ControllerExecution<String> {
        @Override
        public String name() {
            return "reconcile";
        }

        @Override
        public String controllerName() {
            return "table";
        }

        @Override
        public String successTypeName(String result) {
            return result;
        }

        @Override
        public ResourceID resourceID() {
            return new ResourceID("table", "ns");
        }

        @Override
        public Map<String, Object> metadata() {
            return Map.of();
        }

        @Override
        public String execute() {
            if (fails) {
                throw new IllegalStateException("failed");
            }
            return "done";
        }
    }
}
