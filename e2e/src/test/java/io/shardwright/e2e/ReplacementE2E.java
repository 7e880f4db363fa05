package io.shardwright.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.shardwright.e2e.harness.Alone;
import io.shardwright.e2e.harness.EndToEnd;
import io.shardwright.e2e.harness.HostPlaces;
import io.shardwright.e2e.harness.HostSql;
import io.shardwright.e2e.harness.LocalNodes;
import io.shardwright.e2e.harness.OperatorPod;
import io.shardwright.e2e.harness.Reader;
import io.shardwright.e2e.harness.Sandbox;
import io.shardwright.e2e.harness.ShardStatuses;
import io.shardwright.e2e.harness.Writer;
import io.shardwright.e2e.harness.Yaml;
import io.shardwright.topology.Host;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;

/** Replicas lose their volumes and their nodes, and are whole again by themselves while readers read on. */
@Alone
@ExtendWith(EndToEnd.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class ReplacementE2E {
    private static final String NAME = "main";
    private static final long ROWS = 100_000;
    private static final Duration REPLACED_WITHIN = Duration.ofMinutes(2);

    /** A node is called away after 40 s, its replicas lost 30 s later. */
    private static final Duration NODE_REPLACED_WITHIN = Duration.ofMinutes(5);

    private static final String COUNT = "SELECT count() FROM e2e.events_all";

    private final Sandbox sandbox;
    private final OperatorPod operator;
    private final ShardStatuses statuses;
    private HostSql sql;
    private HostPlaces places;

    /** Writes to the first replicas, while others are lost: what only a lost one has is lost with it. */
    private Writer writer;

    ReplacementE2E(Sandbox sandbox, OperatorPod operator) {
        this.sandbox = sandbox;
        this.operator = operator;
        this.statuses = new ShardStatuses(sandbox, NAME);
    }

    @BeforeAll
    void createTheCluster() {
        sandbox.apply(
                Yaml.cluster(NAME, 2, 2, "users: [{name: analyst, readOnly: true}]", "replacement: {after: 30s}"));
        sandbox.awaitClusterReady(NAME);
        sandbox.apply(Yaml.table("events", NAME));
        sandbox.apply(Yaml.table("written", NAME));
        sandbox.awaitTableReady("events");
        sandbox.awaitTableReady("written");
        sql = new HostSql(sandbox, NAME, "shardwright");
        places = new HostPlaces(sandbox, NAME, sql.hosts(2, 2));
        for (int shard = 0; shard < 2; shard++) {
            for (var host : List.of(sql.host(shard, 0), sql.host(shard, 1))) {
                // What no Table declares comes back, too.
                sql.execute(host, "CREATE VIEW e2e.words AS SELECT word, count() AS c FROM e2e.events GROUP BY word");
                sql.execute(
                        host,
                        "CREATE TABLE e2e.undeclared (id UInt64) ENGINE = ReplicatedMergeTree("
                                + "'/by-hand/{shard}/undeclared', '{replica}') ORDER BY id");
            }
            for (int month = 1; month <= 5; month++) {
                sql.execute(
                        sql.host(shard, 0),
                        "INSERT INTO e2e.events SELECT number, toString(number % 7), toDate('2024-0" + month
                                + "-01') FROM system.numbers LIMIT " + ROWS / 5);
            }
            sql.execute(sql.host(shard, 0), "INSERT INTO e2e.undeclared SELECT number FROM system.numbers LIMIT 1000");
        }
        awaitWhole();
        writer = new Writer(sql, "e2e.written", 2, 1);
        writer.pause();
    }

    @AfterAll
    void close() {
        if (writer != null) {
            writer.resume();
            writer.close();
        }
        if (sql != null) {
            sql.close();
        }
    }

    @Test
    @Order(1)
    void aReplicaWhoseVolumeIsDeletedIsWholeAgainAndReadsNeverFail() {
        writer.resume();
        try (var reader = new Reader(sandbox, NAME, "analyst", COUNT)) {
            var claim = loseVolume(sql.host(1, 1));
            awaitRebuilt(sql.host(1, 1), claim, REPLACED_WITHIN);
            assertThat(reader).isNotNull();
        }
        pauseAndCountWhatWasWritten();
        assertThat(statuses.historyOf(1)).anySatisfy(entry -> assertThat(entry).contains("main-1-1", "on main-1-0"));
    }

    @Test
    @Order(2)
    void soIsTheFirstHostOfTheFirstShard() {
        try (var reader = new Reader(sandbox, NAME, "analyst", COUNT)) {
            var claim = loseVolume(sql.host(0, 0));
            awaitRebuilt(sql.host(0, 0), claim, REPLACED_WITHIN);
            assertThat(reader).isNotNull();
        }
    }

    @Test
    @Order(3)
    void soItIsThoughTheOperatorDiesMeanwhile() {
        writer.resume();
        var host = sql.host(0, 1);
        var claim = loseVolume(host);
        for (int times = 0; times < 3; times++) {
            operator.kill();
        }
        awaitRebuilt(host, claim, REPLACED_WITHIN);
        pauseAndCountWhatWasWritten();
    }

    @Test
    @Order(4)
    void aReplicaThatIsAskedForGetsANewVolume() {
        var host = sql.host(1, 0);
        var claim = claimOf(host);
        try (var reader = new Reader(sandbox, NAME, "analyst", COUNT)) {
            ask(host, false);
            await("the volume is replaced and the request done")
                    .atMost(REPLACED_WITHIN)
                    .until(() -> !claim.equals(claimOf(host)) && statuses.isDone(host));
            assertThat(reader).isNotNull();
        }
        awaitWhole();
        withdraw(host);
        assertThat(statuses.isInService(host)).isTrue();
    }

    @Test
    @Order(5)
    void aStalePeerIsNotTrustedWithTheOnlyCopy() {
        var stale = sql.host(0, 0);
        var good = sql.host(0, 1);
        sql.execute(stale, "SYSTEM STOP FETCHES e2e.events");
        sql.execute(good, "INSERT INTO e2e.events SELECT number, 'new', '2024-07-01' FROM system.numbers LIMIT 50");
        var claim = claimOf(good);
        ask(good, false);

        await("it is held").atMost(Sandbox.SOON).until(() -> statuses.holdsOf(0).contains("LastGoodCopy"));
        assertThat(claimOf(good)).isEqualTo(claim);

        sql.execute(stale, "SYSTEM START FETCHES e2e.events");
        await("the peer has caught up, and the replica is replaced")
                .atMost(REPLACED_WITHIN)
                .until(() -> !claim.equals(claimOf(good)) && statuses.isDone(good));
        withdraw(good);
        assertThat(statuses.holdsOf(0)).isEmpty();
        await("every row is on both").atMost(Sandbox.SOON).untilAsserted(() -> {
            assertThat(rows(good)).isEqualTo(ROWS + 50);
            assertThat(rows(stale)).isEqualTo(ROWS + 50);
        });
    }

    /** Last, since it takes a node away. */
    @Test
    @Order(6)
    void aReplicaWhoseNodeIsGoneIsReplacedAndTheNodeDoesNoHarmWhenItIsBack() {
        var nodes = LocalNodes.find();
        Assumptions.assumeTrue(nodes.isPresent(), "only a cluster of our own has nodes to take away");
        var node = places.nodeOfServersAlone();
        Assumptions.assumeTrue(node.isPresent(), "every node runs what all depend on");
        var lost = places.on(node.get());
        var counts = lost.stream().map(this::rows).toList();
        var claims = lost.stream().map(this::claimOf).toList();
        operator.moveOff(node.get());
        nodes.get().stop(node.get());
        try {
            for (int i = 0; i < lost.size(); i++) {
                awaitRebuilt(lost.get(i), claims.get(i), NODE_REPLACED_WITHIN);
            }
        } finally {
            nodes.get().start(node.get());
        }
        sandbox.awaitClusterReady(NAME);
        assertThat(lost.stream().map(this::rows).toList()).isEqualTo(counts);
        sql.execute(lost.getFirst(), "INSERT INTO e2e.events SELECT 1, 'after', '2024-08-01' FROM system.one");
        await("what is inserted is on every replica").atMost(Sandbox.SOON).untilAsserted(() -> assertThat(
                        Stream.of(0, 1)
                                .map(replica -> rows(sql.host(lost.getFirst().shard(), replica)))
                                .distinct()
                                .toList())
                .containsExactly(counts.getFirst() + 1));
    }

    /**
     * As when a disk breaks: the claim goes, and the pod with it.
     *
     * @return the claim that is gone
     */
    private String loseVolume(Host host) {
        var claim = claimOf(host);
        sandbox.client()
                .persistentVolumeClaims()
                .inNamespace(sandbox.namespace())
                .withName("data-" + host.podName())
                .delete();
        sandbox.client()
                .pods()
                .inNamespace(sandbox.namespace())
                .withName(host.podName())
                .delete();
        return claim;
    }

    /** @param lost the claim that it had */
    private void awaitRebuilt(Host host, String lost, Duration limit) {
        await(host.name() + " is whole again, with another volume")
                .atMost(limit)
                .until(() -> !claimOf(host).isEmpty() && !claimOf(host).equals(lost) && statuses.isInService(host));
        awaitWhole();
        sandbox.awaitClusterReady(NAME);
    }

    private void awaitWhole() {
        for (int shard = 0; shard < 2; shard++) {
            var first = sql.host(shard, 0);
            var second = sql.host(shard, 1);
            await("the replicas of shard " + shard + " are equal")
                    .atMost(Sandbox.SOON)
                    .ignoreExceptions()
                    .untilAsserted(() -> {
                        assertThat(sums(second)).isEqualTo(sums(first));
                        assertThat(rows(first)).isGreaterThanOrEqualTo(ROWS);
                        assertThat(schema(second)).isEqualTo(schema(first));
                    });
        }
    }

    private void pauseAndCountWhatWasWritten() {
        writer.pause();
        assertThat(writer.rows()).isPositive();
        for (int replica = 0; replica < 2; replica++) {
            var hosts = List.of(sql.host(0, replica), sql.host(1, replica));
            await("every acknowledged row is on replica " + replica + " of its shard, once")
                    .atMost(Sandbox.SOON)
                    .until(
                            () -> hosts.stream()
                                    .mapToLong(host -> sql.number(host, "SELECT count() FROM e2e.written"))
                                    .sum(),
                            rows -> rows == writer.rows());
        }
    }

    private List<List<String>> sums(Host host) {
        return sql.query(
                host,
                "SELECT toString(sum(id)), toString(uniqExact(word)), toString(count()) FROM e2e.events UNION ALL SELECT"
                        + " toString(sum(id)), '', toString(count()) FROM e2e.undeclared");
    }

    private List<List<String>> schema(Host host) {
        return sql.query(
                host, "SELECT name, create_table_query FROM system.tables WHERE database = 'e2e' ORDER BY name");
    }

    private long rows(Host host) {
        return sql.number(host, "SELECT count() FROM e2e.events");
    }

    private String claimOf(Host host) {
        var claim = sandbox.client()
                .persistentVolumeClaims()
                .inNamespace(sandbox.namespace())
                .withName("data-" + host.podName())
                .get();
        return claim == null ? "" : claim.getMetadata().getUid();
    }

    private void ask(Host host, boolean acceptDataLoss) {
        request(
                host,
                "[{\"replica\": " + host.replica() + ", \"reason\": \"as a test\", \"acceptDataLoss\": "
                        + acceptDataLoss + "}]");
    }

    private void withdraw(Host host) {
        request(host, "[]");
    }

    /** As kubectl patch does: whatever else changes in the Shard meanwhile is no conflict. */
    private void request(Host host, String requests) {
        sandbox.client()
                .resource(statuses.shard(host.shard()))
                .patch(PatchContext.of(PatchType.JSON_MERGE), "{\"spec\": {\"replace\": " + requests + "}}");
    }
}
