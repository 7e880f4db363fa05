package io.shardwright.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.shardwright.clickhouse.ClickHouseException;
import io.shardwright.crds.Shard;
import io.shardwright.e2e.harness.EndToEnd;
import io.shardwright.e2e.harness.HostSql;
import io.shardwright.e2e.harness.HostWatch;
import io.shardwright.e2e.harness.NamespaceObjects;
import io.shardwright.e2e.harness.OperatorPod;
import io.shardwright.e2e.harness.Reader;
import io.shardwright.e2e.harness.Sandbox;
import io.shardwright.e2e.harness.Yaml;
import io.shardwright.serverconfig.ConfigFiles;
import io.shardwright.topology.Host;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/** A cluster of 2 shards of 2 replicas, from its creation through its changes; small ones where it must be deleted. */
@ExtendWith(EndToEnd.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ClusterE2E {
    private static final String NAME = "main";
    private static final Duration READY_WITHIN = Duration.ofSeconds(20);
    private static final Duration LIVE_WITHIN = Duration.ofSeconds(15);
    private static final Duration HEALED_WITHIN = Duration.ofSeconds(30);

    private final Sandbox sandbox;
    private final OperatorPod operator;
    private String users = "users: [{name: analyst, readOnly: true}]";
    private String template = "";
    private Duration untilReady;
    private HostSql sql;

    ClusterE2E(Sandbox sandbox, OperatorPod operator) {
        this.sandbox = sandbox;
        this.operator = operator;
    }

    @BeforeAll
    void createTheCluster() {
        long began = System.nanoTime();
        applyTheCluster();
        sandbox.awaitClusterReady(NAME);
        untilReady = Duration.ofNanos(System.nanoTime() - began);
        System.out.println("e2e: a cluster of 2 x 2 was ready " + untilReady.toMillis() + " ms after it was applied");
        sandbox.apply(Yaml.table("events", NAME));
        sandbox.awaitTableReady("events");
        sql = new HostSql(sandbox, NAME, "shardwright");
        for (int shard = 0; shard < 2; shard++) {
            sql.execute(
                    sql.host(shard, 0),
                    "INSERT INTO e2e.events SELECT number, 'x', '2024-01-01' FROM system.numbers LIMIT 100");
        }
    }

    @AfterAll
    void close() {
        if (sql != null) {
            sql.close();
        }
    }

    @Test
    void isReadyWithinTwentySeconds() {
        assertThat(untilReady).isLessThan(READY_WITHIN);
    }

    @Test
    void replicasOfAShardRunOnDifferentNodes() {
        var nodes = sandbox.client().nodes().list().getItems().size();
        for (int shard = 0; shard < 2; shard++) {
            var used =
                    pods(shard).stream().map(pod -> pod.getSpec().getNodeName()).distinct();
            assertThat(used).describedAs("nodes of shard %s", shard).hasSize(Math.min(2, nodes));
        }
    }

    @Test
    void noPasswordStandsAnywhereButInSecrets() {
        var passwords = sandbox.client().secrets().inNamespace(sandbox.namespace()).list().getItems().stream()
                .map(secret -> secret.getMetadata().getName())
                .filter(name -> name.startsWith(NAME + "-user-"))
                .collect(Collectors.toMap(name -> name, name -> sandbox.secret(name, "password")));
        assertThat(passwords)
                .containsOnlyKeys(
                        NAME + "-user-default",
                        NAME + "-user-shardwright",
                        NAME + "-user-internal",
                        NAME + "-user-analyst");
        assertThat(passwords.values())
                .allMatch(password -> password.length() >= 32)
                .doesNotHaveDuplicates();
        var texts = new TreeMap<String, String>();
        for (var object : NamespaceObjects.of(sandbox)) {
            if (!"Secret".equals(object.getKind())) {
                texts.put(
                        object.getKind() + "/" + object.getMetadata().getName(),
                        sandbox.client().getKubernetesSerialization().asYaml(object));
            }
        }
        texts.put("Secret/" + NAME + "-users-config", sandbox.secret(NAME + "-users-config", ConfigFiles.USERS_XML));
        texts.put("the operator's log", operator.log());
        pods().forEach(pod -> texts.put("log of " + pod.getMetadata().getName(), NamespaceObjects.log(sandbox, pod)));
        texts.forEach((where, text) -> passwords.forEach((whose, password) -> assertThat(text.contains(password))
                .describedAs("%s in %s", whose, where)
                .isFalse()));
    }

    @Test
    void nobodyGetsInWithoutAPassword() {
        for (var host : sql.hosts(2, 2)) {
            for (var who : List.of(
                    "",
                    "&user=default",
                    "&user=shardwright",
                    "&user=internal",
                    "&user=analyst",
                    "&user=readonly",
                    "&user=analyst&password=guess")) {
                assertThat(sql.statusOf(host, who))
                        .describedAs("status of a query on %s with '%s'", host.name(), who)
                        .isEqualTo(401);
            }
        }
    }

    @Test
    void aReadOnlyUserReadsAndChangesNothing() {
        try (var analyst = new HostSql(sandbox, NAME, "analyst")) {
            var host = analyst.host(0, 0);
            assertThat(analyst.number(host, "SELECT count() FROM e2e.events_all"))
                    .isGreaterThanOrEqualTo(200);
            assertThat(catchThrowable(() -> analyst.execute(host, "DROP TABLE e2e.events_all")))
                    .isInstanceOf(ClickHouseException.class)
                    .hasMessageContaining("readonly");
        }
    }

    @Test
    void aNewUserIsLiveEverywhereWithoutARestart() {
        var uids = podUids();
        users = "users: [{name: analyst, readOnly: true}, {name: newcomer}]";
        applyTheCluster();
        await("the password of the new user stands")
                .atMost(LIVE_WITHIN)
                .until(() -> sandbox.client()
                                .secrets()
                                .inNamespace(sandbox.namespace())
                                .withName(NAME + "-user-newcomer")
                                .get()
                        != null);
        try (var newcomer = new HostSql(sandbox, NAME, "newcomer")) {
            for (var host : sql.hosts(2, 2)) {
                await("the new user may log in on " + host.name())
                        .atMost(LIVE_WITHIN)
                        .ignoreExceptions()
                        .until(() -> newcomer.number(host, "SELECT 1") == 1);
            }
        }
        assertThat(podUids()).isEqualTo(uids);
    }

    @Test
    void whatSomeoneDeletesComesBack() {
        var client = sandbox.client();
        for (var object : List.of(
                named(Service.class, NAME),
                named(Service.class, NAME + "-shard-1"),
                named(ConfigMap.class, NAME + "-config"),
                named(ConfigMap.class, NAME + "-0-0"),
                named(Secret.class, NAME + "-users-config"))) {
            client.resource(object).delete();
            await(object.getKind() + " " + object.getMetadata().getName() + " comes back")
                    .atMost(HEALED_WITHIN)
                    .until(() -> {
                        var found = client.resource(object)
                                .inNamespace(sandbox.namespace())
                                .get();
                        return found != null
                                && !found.getMetadata()
                                        .getUid()
                                        .equals(object.getMetadata().getUid());
                    });
        }
        sandbox.awaitClusterReady(NAME);
    }

    @Test
    void aStatefulSetThatSomeoneDeletesComesBackWithItsData() {
        deleteAndAwaitItBackWithItsData(named(StatefulSet.class, NAME + "-1-1"));
    }

    @Test
    void aShardThatSomeoneDeletesComesBackWithItsData() {
        deleteAndAwaitItBackWithItsData(named(Shard.class, NAME + "-1"));
    }

    private void deleteAndAwaitItBackWithItsData(HasMetadata object) {
        sandbox.client().resource(object).delete();
        await(object.getKind() + " comes back")
                .atMost(Sandbox.SOON)
                .ignoreExceptions()
                .until(() -> !named(object.getClass(), object.getMetadata().getName())
                                .getMetadata()
                                .getUid()
                                .equals(object.getMetadata().getUid())
                        && sql.number(sql.host(1, 1), "SELECT count() FROM e2e.events") >= 100);
        sandbox.awaitClusterReady(NAME);
    }

    @Test
    void aChangedPodTemplateRollsOneHostAtATimeAndReadsNeverFail() {
        sandbox.awaitClusterReady(NAME);
        var before = podUids();
        try (var reader = new Reader(sandbox, NAME, "analyst", "SELECT count() FROM e2e.events_all");
                var watch = new HostWatch(sandbox, NAME)) {
            template = "template: {annotations: {rolled: yes-please}}";
            applyTheCluster();
            await("every pod was replaced")
                    .atMost(Duration.ofMinutes(3))
                    .until(() -> podUids().values().stream().noneMatch(before::containsValue)
                            && podUids().size() == before.size());
            sandbox.awaitClusterReady(NAME);
            assertThat(reader).isNotNull();
            assertThat(watch).isNotNull();
        }
        assertThat(pods()).allSatisfy(pod -> assertThat(pod.getMetadata().getAnnotations())
                .containsEntry("rolled", "yes-please"));
    }

    /** Servers keep the connections by which they fetch, and the address that the peer had then. */
    @Test
    void whatIsInsertedOnAPodThatCameAnewReachesItsPeers() {
        var stays = sql.host(1, 0);
        var restarts = sql.host(1, 1);
        sandbox.apply(Yaml.table("fetched", NAME));
        sandbox.awaitTableReady("fetched");
        var insert = "INSERT INTO e2e.fetched SELECT %d + number, 'x', '2024-01-01' FROM system.numbers LIMIT 10";
        sql.execute(restarts, insert.formatted(0));
        awaitRows(stays, "e2e.fetched", 10);

        var pod = named(Pod.class, restarts.podName());
        sandbox.client().resource(pod).delete();
        await("the pod is replaced").atMost(Sandbox.SOON).ignoreExceptions().until(() -> !named(
                        Pod.class, restarts.podName())
                .getMetadata()
                .getUid()
                .equals(pod.getMetadata().getUid()));
        sandbox.awaitClusterReady(NAME);
        sql.execute(restarts, insert.formatted(10));

        awaitRows(stays, "e2e.fetched", 20);
    }

    private void awaitRows(Host host, String table, long rows) {
        await(rows + " rows are on " + host.name())
                .atMost(HEALED_WITHIN)
                .until(() -> sql.number(host, "SELECT count() FROM " + table) == rows);
    }

    @Test
    void volumesAreKeptAndFoundAgainByAClusterOfTheSameName() {
        sandbox.apply(Yaml.cluster("kept", 1, 1, "deletionPolicy: Retain"));
        sandbox.awaitClusterReady("kept");
        try (var kept = new HostSql(sandbox, "kept", "shardwright")) {
            kept.execute(kept.host(0, 0), "CREATE TABLE default.precious ENGINE = Log AS SELECT 42 AS answer");
        }
        sandbox.delete(sandbox.cluster("kept"));
        awaitNoPods("kept");
        assertThat(claims("kept")).containsExactlyInAnyOrder("data-kept-0-0-0", "data-kept-zookeeper-0");

        sandbox.apply(Yaml.cluster("kept", 1, 1, "deletionPolicy: Retain"));
        sandbox.awaitClusterReady("kept");
        try (var kept = new HostSql(sandbox, "kept", "shardwright")) {
            assertThat(kept.number(kept.host(0, 0), "SELECT answer FROM default.precious"))
                    .isEqualTo(42);
        }
        sandbox.delete(sandbox.cluster("kept"));
        awaitNoPods("kept");
    }

    @Test
    void volumesGoWithTheClusterWhereItSaysSo() {
        sandbox.apply(Yaml.cluster("gone", 1, 1, "deletionPolicy: Delete"));
        sandbox.awaitClusterReady("gone");
        assertThat(claims("gone")).hasSize(2);
        sandbox.delete(sandbox.cluster("gone"));
        await("the volumes are gone").atMost(Sandbox.SOON).until(() -> claims("gone")
                .isEmpty());
        awaitNoPods("gone");
    }

    /** With all that the tests so far have changed. */
    private void applyTheCluster() {
        sandbox.apply(Yaml.cluster(NAME, 2, 2, users, template));
    }

    private List<Pod> pods(int shard) {
        return pods().stream()
                .filter(pod -> pod.getMetadata().getName().startsWith(NAME + "-" + shard + "-"))
                .toList();
    }

    private List<Pod> pods() {
        return sandbox.client()
                .pods()
                .inNamespace(sandbox.namespace())
                .withLabel("clickhouse.shardwright.io/cluster", NAME)
                .withLabel("clickhouse.shardwright.io/component", "clickhouse")
                .list()
                .getItems();
    }

    private Map<String, String> podUids() {
        return pods().stream().collect(Collectors.toMap(pod -> pod.getMetadata().getName(), pod -> pod.getMetadata()
                .getUid()));
    }

    private void awaitNoPods(String cluster) {
        await("no pod of " + cluster + " runs any more").atMost(Sandbox.SOON).until(() -> sandbox.client()
                .pods()
                .inNamespace(sandbox.namespace())
                .withLabel("clickhouse.shardwright.io/cluster", cluster)
                .list()
                .getItems()
                .isEmpty());
    }

    private List<String> claims(String cluster) {
        return sandbox.client().persistentVolumeClaims().inNamespace(sandbox.namespace()).list().getItems().stream()
                .map(claim -> claim.getMetadata().getName())
                .filter(name -> name.startsWith("data-" + cluster + "-"))
                .toList();
    }

    private <T extends HasMetadata> T named(Class<T> kind, String name) {
        return sandbox.client()
                .resources(kind)
                .inNamespace(sandbox.namespace())
                .withName(name)
                .require();
    }
}
