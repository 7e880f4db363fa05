package io.shardwright.crds;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.shardwright.testing.ControlPlane;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a real API server says to objects that are wrong, before the operator ever sees them. */
final class CrdValidationIT {
    private static final Path REPOSITORY = Path.of("..").toAbsolutePath().normalize();

    /** One valid object of each kind; a case replaces a part of it. */
    private static final Map<String, String> VALID =
            Map.of("ClickHouseCluster", """
            apiVersion: clickhouse.shardwright.io/v1alpha1
            kind: ClickHouseCluster
            metadata: {name: main}
            spec:
              version: "18.16.1"
              shards: 2
              replicas: 2
              coordination: {managed: {replicas: 1, storage: {size: 1Gi}}, root: /main}
              storage: {size: 20Gi, storageClassName: fast}
              users: [{name: analyst}]
            """, "Shard", """
            apiVersion: clickhouse.shardwright.io/v1alpha1
            kind: Shard
            metadata: {name: main-0}
            spec: {cluster: main, index: 0, members: [0, 1], servers: 4, serversHash: def, configHash: abc}
            """, "Table", """
            apiVersion: clickhouse.shardwright.io/v1alpha1
            kind: Table
            metadata: {name: events}
            spec:
              cluster: main
              database: web
              name: events
              columns: [{name: id, type: UInt64}]
              engine: ReplicatedMergeTree
              orderBy: [id]
              primaryKey: [id]
              distributed: {name: events_all, shardingKey: id}
            """, "ImportJob", """
            apiVersion: clickhouse.shardwright.io/v1alpha1
            kind: ImportJob
            metadata: {name: events}
            spec:
              table: events
              source:
                http: {urls: ["http://files/events.csv"]}
                format: CSVWithNames
              backoffLimit: 3
            """, "Rebalance", """
            apiVersion: clickhouse.shardwright.io/v1alpha1
            kind: Rebalance
            metadata: {name: even-out}
            spec:
              cluster: main
              drain: [1]
              weights: [{shard: 0, weight: 200}]
              tables: {include: ["web.*"], together: [{tables: [web.events, web.visits]}]}
              bandwidth: 50Mi
              concurrency: 2
              window: {from: "22:00", to: "06:00"}
            """);

    private static ControlPlane controlPlane;

    @BeforeAll
    static void start() throws IOException, InterruptedException {
        controlPlane = ControlPlane.up();
    }

    @AfterAll
    static void close() {
        if (controlPlane != null) {
            controlPlane.close();
        }
    }

    /** A part of a valid object, what a user writes in its place, and what the API server answers. */
    private record Case(String kind, String part, String wrong, String answer) {
        String yaml() {
            assertThat(VALID.get(kind)).contains(part);
            return VALID.get(kind).replace(part, wrong);
        }

        @Override
        public String toString() {
            return kind + ": " + wrong;
        }
    }

    static Stream<Case> refusedWhenCreated() {
        return Stream.of(
                new Case("ClickHouseCluster", "name: main}", "name: " + "a".repeat(41) + "}", "use at most 40"),
                new Case("ClickHouseCluster", "name: main}", "name: 2main}", "beginning with a letter"),
                new Case("ClickHouseCluster", "name: main}", "name: main.db}", "lower-case letters, digits"),
                new Case("ClickHouseCluster", "\"18.16.1\"", "latest", "spec.version"),
                new Case(
                        "ClickHouseCluster",
                        "users: [{name: analyst}]",
                        "replacement: {after: soon}",
                        "spec.replacement.after"),
                new Case(
                        "ClickHouseCluster",
                        "users: [{name: analyst}]",
                        "replacement: {bandwidth: 0}",
                        "replacement.bandwidth must be greater than 0"),
                new Case(
                        "ClickHouseCluster",
                        "users: [{name: analyst}]",
                        "rebalancing: {when: {untilPercent: 20}}",
                        "untilPercent must be below imbalancePercent"),
                new Case(
                        "ClickHouseCluster",
                        "users: [{name: analyst}]",
                        "rebalancing: {when: {imbalancePercent: 1}}",
                        "spec.rebalancing.when.imbalancePercent"),
                new Case(
                        "ClickHouseCluster",
                        "users: [{name: analyst}]",
                        "rebalancing: {when: {atLeast: -1Gi}}",
                        "atLeast must not be negative"),
                new Case(
                        "ClickHouseCluster",
                        "users: [{name: analyst}]",
                        "rebalancing: {mode: Manual, when: {}}",
                        "set mode: Automatic, or remove when"),
                new Case(
                        "Shard",
                        "configHash: abc}",
                        "configHash: abc, replace: [{replica: 0, reason: ''}]}",
                        "spec.replace[0].reason"),
                new Case("ClickHouseCluster", "shards: 2", "shards: 0", "spec.shards"),
                new Case("ClickHouseCluster", "shards: 2", "shards: 1001", "spec.shards"),
                new Case("ClickHouseCluster", "  replicas: 2", "  replicas: 0", "spec.replicas"),
                new Case("ClickHouseCluster", "  replicas: 2", "  replicas: 17", "spec.replicas"),
                new Case("ClickHouseCluster", "replicas: 1,", "replicas: 2,", "must be 1, 3 or 5"),
                new Case(
                        "ClickHouseCluster",
                        "root: /main}",
                        "endpoints: [\"zk:2181\"]}",
                        "set either managed or endpoints, and not both"),
                new Case(
                        "ClickHouseCluster",
                        "managed: {replicas: 1, storage: {size: 1Gi}}, ",
                        "",
                        "set either managed or endpoints, and not both"),
                new Case("ClickHouseCluster", "root: /main", "root: main/", "spec.coordination.root"),
                new Case("ClickHouseCluster", "size: 20Gi", "size: 0", "storage.size must be greater than 0"),
                new Case("ClickHouseCluster", "size: 20Gi", "size: lots", "quantities must match"),
                new Case("ClickHouseCluster", "name: analyst", "name: default", "choose another name"),
                new Case("ClickHouseCluster", "name: analyst", "name: internal", "choose another name"),
                new Case("ClickHouseCluster", "name: analyst", "name: shardwright", "choose another name"),
                new Case("ClickHouseCluster", "name: analyst", "name: Analyst", "spec.users[0].name"),
                new Case("ClickHouseCluster", "analyst}", "analyst, networks: [office]}", "spec.users[0].networks[0]"),
                new Case("ClickHouseCluster", "analyst}", "analyst, networks: [10.0.0.0/33]}", "networks[0]"),
                new Case("ClickHouseCluster", "analyst}", "analyst, networks: ['fd00::/129']}", "networks[0]"),
                new Case("ClickHouseCluster", "[{name: analyst}]", "[{name: a}, {name: a}]", "Duplicate value"),
                new Case("ClickHouseCluster", "users:", "deletionPolicy: Never\n  users:", "Unsupported value"),
                new Case("Shard", "index: 0", "index: -1", "spec.index"),
                new Case("Shard", "members: [0, 1]", "members: []", "spec.members"),
                new Case("Shard", "members: [0, 1]", "members: [-1]", "spec.members"),
                new Case("Shard", "members: [0, 1]", "members: [1, 1]", "name each replica once"),
                new Case("Table", "orderBy: [id]", "orderBy: []", "spec.orderBy"),
                new Case("Table", "  orderBy: [id]\n", "", "spec.orderBy"),
                new Case("Table", "[{name: id, type: UInt64}]", "[]", "spec.columns"),
                new Case("Table", "{name: id, type: UInt64}", "{name: id}", "spec.columns[0].type"),
                new Case("Table", "{name: id, type: UInt64}", "{name: 1d, type: UInt64}", "spec.columns[0].name"),
                new Case(
                        "Table",
                        "[{name: id, type: UInt64}]",
                        "[{name: id, type: UInt64}, {name: id, type: String}]",
                        "Duplicate value"),
                new Case("Table", "primaryKey: [id]", "primaryKey: [id, day]", "must be a prefix of orderBy"),
                new Case("Table", "engine: ReplicatedMergeTree", "engine: MergeTree", "spec.engine"),
                new Case("Table", "database: web", "database: we-b", "spec.database"),
                new Case("Table", "cluster: main", "cluster: \"\"", "spec.cluster"),
                new Case("Table", "shardingKey: id", "shardingKey: \"\"", "spec.distributed.shardingKey"),
                new Case("ImportJob", "name: events}", "name: " + "a".repeat(53) + "}", "use at most 52"),
                new Case("ImportJob", "http://files", "ftp://files", "must begin with http:// or https://"),
                new Case("ImportJob", "[\"http://files/events.csv\"]", "[]", "spec.source.http.urls"),
                new Case("ImportJob", "format: CSVWithNames", "format: Parquet", "Unsupported value"),
                new Case(
                        "ImportJob",
                        "format: CSVWithNames",
                        "format: CSVWithNames\n    columns: [id]",
                        "columns are for CSV and TSV"),
                new Case("ImportJob", "backoffLimit: 3", "backoffLimit: 11", "spec.backoffLimit"),
                new Case(
                        "Rebalance", "drain: [1]", "drain: [1, 1]", "drain lists indexes of shards, from 0, each once"),
                new Case("Rebalance", "drain: [1]", "drain: [-1]", "drain lists indexes of shards"),
                new Case("Rebalance", "[{shard: 0, weight: 200}]", "[{shard: 0, weight: 0}]", "spec.weights[0].weight"),
                new Case(
                        "Rebalance",
                        "[{shard: 0, weight: 200}]",
                        "[{shard: 0, weight: 1}, {shard: 0, weight: 2}]",
                        "give each shard one weight"),
                new Case("Rebalance", "bandwidth: 50Mi", "bandwidth: 0", "bandwidth must be greater than 0"),
                new Case("Rebalance", "concurrency: 2", "concurrency: 17", "spec.concurrency"),
                new Case("Rebalance", "22:00", "24:00", "spec.window.from"),
                new Case(
                        "Rebalance",
                        "from: \"22:00\"",
                        "timeZone: Mars/Olympus, from: \"22:00\"",
                        "timeZone is not a time zone"),
                new Case("Rebalance", "web.events, web.visits", "web.events, web.v*", "together[0].tables[1]"),
                new Case("Rebalance", "[\"web.*\"]", "[events]", "spec.tables.include[0]"),
                new Case("Rebalance", "include: [\"web.*\"]", "exclude: [\".events\"]", "spec.tables.exclude[0]"),
                new Case("Rebalance", "[web.events, web.visits]", "[web.events]", "spec.tables.together[0].tables"));
    }

    @ParameterizedTest
    @MethodSource
    void refusedWhenCreated(Case wrong) {
        assertThatThrownBy(() -> dryRun(wrong.yaml()))
                .isInstanceOf(KubernetesClientException.class)
                .hasMessageContaining(wrong.answer());
    }

    static Stream<Case> refusedWhenChanged() {
        return Stream.of(
                new Case("ClickHouseCluster", "size: 20Gi", "size: 40Gi", "storage.size is immutable"),
                new Case("ClickHouseCluster", "size: 1Gi", "size: 2Gi", "storage.size is immutable"),
                new Case(
                        "ClickHouseCluster",
                        "storageClassName: fast",
                        "storageClassName: slow",
                        "storageClassName is immutable"),
                new Case(
                        "ClickHouseCluster",
                        "  storage: {size: 20Gi, storageClassName: fast}\n",
                        "",
                        "storage cannot be added or removed"),
                new Case("ClickHouseCluster", "root: /main", "root: /other", "coordination.root is immutable"),
                new Case(
                        "ClickHouseCluster",
                        "  coordination: {managed: {replicas: 1, storage: {size: 1Gi}}, root: /main}\n",
                        "",
                        "coordination cannot be added or removed"),
                new Case(
                        "ClickHouseCluster",
                        "managed: {replicas: 1, storage: {size: 1Gi}}",
                        "endpoints: [\"zk:2181\"]",
                        "cannot change between managed and endpoints"),
                new Case("ClickHouseCluster", "replicas: 1,", "replicas: 3,", "managed.replicas is immutable"),
                new Case("Shard", "cluster: main", "cluster: other", "cluster is immutable"),
                new Case("Shard", "index: 0", "index: 1", "index is immutable"),
                new Case("Table", "cluster: main", "cluster: other", "cluster is immutable"),
                new Case("Table", "database: web", "database: other", "database is immutable"),
                new Case("Table", "  name: events\n", "  name: other\n", "name is immutable"),
                new Case("ImportJob", "table: events", "table: other", "an ImportJob cannot be changed"),
                new Case("Rebalance", "cluster: main", "cluster: other", "cluster is immutable"));
    }

    @ParameterizedTest
    @MethodSource
    void refusedWhenChanged(Case wrong) {
        parse(VALID.get(wrong.kind()))
                .forEach(object ->
                        controlPlane.client().resource(inNamespace(object)).createOr(existing -> existing.update()));
        assertThatThrownBy(() -> parse(wrong.yaml()).forEach(object -> controlPlane
                        .client()
                        .resource(inNamespace(object))
                        .update()))
                .isInstanceOf(KubernetesClientException.class)
                .hasMessageContaining(wrong.answer());
    }

    /** A rule without a case here could say anything. */
    @Test
    void everyRuleHasACase() throws IOException {
        var answers = Stream.concat(refusedWhenCreated(), refusedWhenChanged())
                .map(Case::answer)
                .toList();
        var untried = new TreeSet<String>();
        for (var message : messagesOfRules()) {
            if (answers.stream().noneMatch(message::contains)) {
                untried.add(message);
            }
        }
        assertThat(messagesOfRules()).isNotEmpty();
        assertThat(untried).isEmpty();
    }

    @ParameterizedTest
    @MethodSource
    void everyExampleIsAccepted(Path example) throws IOException {
        for (var object : parse(Files.readString(example))) {
            if (object.getApiVersion().startsWith("clickhouse.")) {
                dryRun(object);
            }
        }
    }

    static List<Path> everyExampleIsAccepted() throws IOException {
        try (var files = Files.walk(REPOSITORY.resolve("examples"))) {
            return files.filter(file -> file.toString().endsWith(".yaml"))
                    .sorted()
                    .toList();
        }
    }

    private static TreeSet<String> messagesOfRules() throws IOException {
        try (var files = Files.list(REPOSITORY.resolve("crds"))) {
            return files.filter(file -> file.toString().endsWith(".yaml"))
                    .flatMap(CrdValidationIT::messagesOfRules)
                    .collect(Collectors.toCollection(TreeSet::new));
        }
    }

    private static Stream<String> messagesOfRules(Path file) {
        try {
            var json = controlPlane
                    .client()
                    .getKubernetesSerialization()
                    .asJson(controlPlane
                            .client()
                            .getKubernetesSerialization()
                            .unmarshal(Files.readString(file), GenericKubernetesResource.class));
            return Pattern.compile("\"message\":\"((?:[^\"\\\\]|\\\\.)*)\",\"rule\"")
                    .matcher(json)
                    .results()
                    .map(match -> match.group(1));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void dryRun(String yaml) {
        parse(yaml).forEach(CrdValidationIT::dryRun);
    }

    private static void dryRun(HasMetadata object) {
        controlPlane.client().resource(inNamespace(object)).dryRun().create();
    }

    private static HasMetadata inNamespace(HasMetadata object) {
        object.getMetadata().setNamespace(controlPlane.namespace());
        return object;
    }

    private static List<HasMetadata> parse(String yaml) {
        return controlPlane
                .client()
                .load(new ByteArrayInputStream(yaml.getBytes(StandardCharsets.UTF_8)))
                .items();
    }
}
