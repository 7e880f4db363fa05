package io.shardwright.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.shardwright.crds.ImportJob;
import io.shardwright.crds.ImportPhase;
import io.shardwright.e2e.harness.EndToEnd;
import io.shardwright.e2e.harness.FileServer;
import io.shardwright.e2e.harness.HostSql;
import io.shardwright.e2e.harness.Sandbox;
import io.shardwright.e2e.harness.Yaml;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/** What users get wrong: it is told, it waits or fails whole, and it never gets in the way of anything else. */
@ExtendWith(EndToEnd.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class BadInputE2E {
    private static final String CLUSTER = "good";
    private static final Duration IMPORT_LIMIT = Duration.ofSeconds(90);

    private final Sandbox sandbox;
    private FileServer files;
    private HostSql sql;

    BadInputE2E(Sandbox sandbox) {
        this.sandbox = sandbox;
    }

    @BeforeAll
    void createAClusterThatWorks() {
        files = FileServer.start(
                sandbox,
                Map.of(
                        "good.csv", "id,word,day\n1,one,2024-01-01\n2,two,2024-02-01\n",
                        "malformed.csv", "id,word,day\n1,one,2024-01-01\n2,two,2024-01-02\nthree,3,2024-01-03\n",
                        "wrong-column.csv", "id,wort,day\n1,one,2024-01-01\n"));
        sandbox.apply(Yaml.cluster(CLUSTER, 1, 1));
        sandbox.apply(Yaml.table("words", CLUSTER));
        sandbox.awaitClusterReady(CLUSTER);
        sandbox.awaitTableReady("words");
        sql = new HostSql(sandbox, CLUSTER, "shardwright");
    }

    @AfterAll
    void close() {
        if (sql != null) {
            sql.close();
        }
    }

    @Test
    void aMalformedRowFailsTheImportWithFileAndLine() {
        var job = importThatFails("malformed", files.url("good.csv"), files.url("malformed.csv"));
        assertThat(job.getStatus().failure().file()).isEqualTo(files.url("malformed.csv"));
        assertThat(job.getStatus().failure().line()).isEqualTo(4);
        assertThat(job.getStatus().failure().message()).contains("three", "id");
        assertToldInCondition(job, files.url("malformed.csv") + " line 4: ");
        assertNothingIsLeft();
    }

    @Test
    void aMissingFileFailsTheImportWithItsUrl() {
        var job = importThatFails("missing", files.url("nowhere.csv"));
        assertThat(job.getStatus().failure().file()).isEqualTo(files.url("nowhere.csv"));
        assertThat(job.getStatus().failure().message()).contains("404");
        assertToldInCondition(job, files.url("nowhere.csv"));
        assertNothingIsLeft();
    }

    @Test
    void aColumnThatTheTableDoesNotHaveFailsTheImport() {
        var job = importThatFails("wrong-column", files.url("wrong-column.csv"));
        assertThat(job.getStatus().failure().file()).isEqualTo(files.url("wrong-column.csv"));
        assertThat(job.getStatus().failure().message()).contains("wort");
        assertNothingIsLeft();
    }

    @Test
    void anUnknownTypeIsToldInTheServersWords() {
        sandbox.apply(Yaml.table("strange", CLUSTER).replace("type: UInt64", "type: UInt63"));
        await("the table's condition tells what the server said")
                .atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> {
                    var status = sandbox.table("strange").getStatus();
                    assertThat(status).isNotNull();
                    assertThat(Sandbox.condition(status.conditions(), "Degraded"))
                            .hasValueSatisfying(condition -> {
                                assertThat(condition.getStatus()).isEqualTo("True");
                                assertThat(condition.getMessage()).contains("Unknown data type family: UInt63");
                            });
                });
        sandbox.delete(sandbox.table("strange"));
    }

    @Test
    void coordinationThatDoesNotAnswerHoldsTheClusterUntilItDoes() {
        // With its namespace, because the operator, which asks it too, runs in another one.
        var endpoint = "later-zookeeper." + sandbox.namespace() + ".svc:2181";
        sandbox.apply(
                Yaml.cluster("waiting", 1, 1, "coordination: {endpoints: [\"" + endpoint + "\"], root: /waiting}"));
        await("the cluster is held").atMost(Duration.ofSeconds(30)).untilAsserted(() -> {
            var status = sandbox.cluster("waiting").getStatus();
            assertThat(status).isNotNull();
            assertThat(status.holds()).anySatisfy(hold -> {
                assertThat(hold.reason()).isEqualTo("CoordinationUnreachable");
                assertThat(hold.message()).contains(endpoint);
            });
        });
        assertThat(podsOf("waiting"))
                .describedAs("servers of a cluster that is held")
                .isEmpty();
        // The ZooKeeper of another cluster, whose Service has the name that is waited for.
        sandbox.apply(Yaml.cluster("later", 1, 1));
        sandbox.awaitClusterReady("waiting");
        assertThat(sandbox.cluster("waiting").getStatus().holds()).isEmpty();
        sandbox.delete(sandbox.cluster("waiting"));
        sandbox.delete(sandbox.cluster("later"));
    }

    @Test
    void anImageThatCannotStartIsDegradedWithItsLastWords() {
        // It has no /entrypoint.sh.
        sandbox.apply(Yaml.cluster("broken", 1, 1, "image: docker.io/library/zookeeper:3.8"));
        await("the cluster is degraded").atMost(Duration.ofSeconds(60)).untilAsserted(() -> assertThat(
                        sandbox.clusterCondition("broken", "Degraded"))
                .hasValueSatisfying(condition -> {
                    assertThat(condition.getStatus()).isEqualTo("True");
                    assertThat(condition.getMessage()).contains("broken-0-0", "/entrypoint.sh");
                }));
        sandbox.apply(Yaml.cluster("broken", 1, 1, "image: docker.io/clickhouse/clickhouse-server:18.16.1"));
        sandbox.awaitClusterReady("broken");
        sandbox.delete(sandbox.cluster("broken"));
    }

    @Test
    void aSpecThatTheApiServerCannotJudgeIsNotAccepted() {
        sandbox.apply(Yaml.cluster("unaccepted", 1, 1, "coordination: {endpoints: [\"no port\"]}"));
        await("the cluster is not accepted").atMost(Duration.ofSeconds(30)).untilAsserted(() -> assertThat(
                        sandbox.clusterCondition("unaccepted", "Accepted"))
                .hasValueSatisfying(condition -> {
                    assertThat(condition.getStatus()).isEqualTo("False");
                    assertThat(condition.getMessage()).contains("no port", "write for example");
                }));
        sandbox.delete(sandbox.cluster("unaccepted"));
    }

    @Test
    void aTableGoesAfterItsCluster() {
        for (var policy : List.of("Retain", "Drop")) {
            sandbox.apply(Yaml.cluster("first", 1, 1, "deletionPolicy: Delete"));
            sandbox.apply(Yaml.table("orphan", "first", "deletionPolicy: " + policy));
            sandbox.awaitTableReady("orphan");
            sandbox.delete(sandbox.cluster("first"));
            sandbox.delete(sandbox.table("orphan"));
        }
    }

    @Test
    void aTableThatIsToBeDroppedIsDropped() {
        sandbox.apply(Yaml.table("dropped", CLUSTER, "deletionPolicy: Drop"));
        sandbox.awaitTableReady("dropped");
        sandbox.delete(sandbox.table("dropped"));
        assertThat(sql.number(
                        sql.host(0, 0),
                        "SELECT count() FROM system.tables WHERE database = 'e2e' AND name LIKE 'dropped%'"))
                .isZero();
    }

    @Test
    void aNamespaceGoesWholeWithEverythingAtWork() {
        try (var other = new Sandbox(sandbox.client(), sandbox.namespace() + "-whole")) {
            other.apply(Yaml.cluster("whole", 1, 2, "deletionPolicy: Delete"));
            other.apply(Yaml.table("words", "whole", "deletionPolicy: Drop"));
            other.apply(Yaml.importJob("words", "words", files.url("good.csv")));
            other.awaitClusterReady("whole");
        }
    }

    private ImportJob importThatFails(String name, String... urls) {
        sandbox.apply(Yaml.importJob(name, "words", urls));
        var job = sandbox.awaitImportEnd(name, IMPORT_LIMIT);
        assertThat(job.getStatus().phase()).isEqualTo(ImportPhase.Failed);
        return job;
    }

    private static void assertToldInCondition(ImportJob job, String words) {
        assertThat(Sandbox.condition(job.getStatus().conditions(), "Degraded"))
                .hasValueSatisfying(
                        condition -> assertThat(condition.getMessage()).contains(words));
    }

    private void assertNothingIsLeft() {
        var host = sql.host(0, 0);
        assertThat(sql.number(host, "SELECT count() FROM e2e.words")).isZero();
        await("the staging tables are dropped")
                .atMost(Duration.ofSeconds(20))
                .until(() -> sql.number(
                                host,
                                "SELECT count() FROM system.tables WHERE database = 'e2e'"
                                        + " AND name NOT IN ('words', 'words_all', 'dropped', 'dropped_all', 'strange')")
                        == 0);
    }

    private List<String> podsOf(String cluster) {
        return sandbox.client().pods().inNamespace(sandbox.namespace()).list().getItems().stream()
                .map((HasMetadata pod) -> pod.getMetadata().getName())
                .filter(name -> name.startsWith(cluster + "-"))
                .toList();
    }
}
