package io.shardwright.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.shardwright.crds.HoldStatus;
import io.shardwright.crds.MovePhase;
import io.shardwright.crds.Rebalance;
import io.shardwright.crds.RebalancePhase;
import io.shardwright.crds.RebalanceStatus;
import io.shardwright.e2e.harness.EndToEnd;
import io.shardwright.e2e.harness.HostDisk;
import io.shardwright.e2e.harness.HostShell;
import io.shardwright.e2e.harness.HostSql;
import io.shardwright.e2e.harness.KubectlTable;
import io.shardwright.e2e.harness.Reader;
import io.shardwright.e2e.harness.Sandbox;
import io.shardwright.e2e.harness.Writer;
import io.shardwright.e2e.harness.Yaml;
import io.shardwright.topology.Host;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Partitions change shards while rows are read and written, ZooKeeper goes away, disks are full and users change their mind.
 * Each test moves a table of its own from shard 0 to shard 1.
 */
@ExtendWith(EndToEnd.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class RebalanceE2E {
    private static final String NAME = "main";
    private static final String ZOOKEEPER = NAME + "-zookeeper-0";
    private static final Duration MOVED_WITHIN = Duration.ofMinutes(2);

    /** Memory of this size under the servers' data: a real file system that is full when it says so. */
    private static final String SMALL_DISKS = """
            template:
              spec:
                containers:
                  - name: clickhouse
                    volumeMounts: [{name: small, mountPath: /var/lib/clickhouse/data}]
                volumes: [{name: small, emptyDir: {medium: Memory, sizeLimit: 256Mi}}]
            """;

    private static final String PLAIN = "plain";
    private static final String OUTAGE = "outage";
    private static final String STOPPED = "stopped";

    /** Partitions of 17 MB. */
    private static final String LARGE = "large";

    private static final String LARGER = "larger";
    private static final int MONTHS = 8;
    private static final Map<String, Integer> ROWS_A_MONTH =
            Map.of(PLAIN, 20_000, OUTAGE, 20_000, STOPPED, 20_000, LARGE, 250_000, LARGER, 250_000);
    private static final Map<String, Integer> MONTHS_OF =
            Map.of(PLAIN, MONTHS, OUTAGE, MONTHS, STOPPED, MONTHS, LARGE, 2, LARGER, 1);

    private final Sandbox sandbox;
    private final Map<String, List<String>> sums = new HashMap<>();
    private HostSql sql;
    private Writer writer;

    RebalanceE2E(Sandbox sandbox) {
        this.sandbox = sandbox;
    }

    @BeforeAll
    void fillShardZero() {
        sandbox.apply(Yaml.cluster(NAME, 2, 2, "users: [{name: analyst, readOnly: true}]", SMALL_DISKS)
                .replace("{size: 1Gi}", "{size: 256Mi}"));
        sandbox.awaitClusterReady(NAME);
        // What was merged would take up the small disks for eight minutes.
        sandbox.apply(Yaml.table("written", NAME, "settings: {old_parts_lifetime: \"10\"}"));
        MONTHS_OF.keySet().forEach(table -> sandbox.apply(Yaml.table(table, NAME)));
        sandbox.awaitTableReady("written");
        MONTHS_OF.keySet().forEach(sandbox::awaitTableReady);
        sql = new HostSql(sandbox, NAME, "shardwright");
        MONTHS_OF.forEach(this::fill);
        MONTHS_OF.keySet().forEach(table -> sums.put(table, sumsOf(sql.host(0, 0), table)));
        writer = new Writer(sql, "e2e.written", 2, 2);
    }

    @AfterAll
    void close() {
        if (writer != null) {
            writer.close();
        }
        if (sql != null) {
            sql.close();
        }
    }

    @Test
    @Order(1)
    void aDryRunTellsWhatARebalanceThenDoes() {
        apply(PLAIN, "dryRun: true");
        var planned = await("every partition is left alone for long enough to be planned")
                .atMost(MOVED_WITHIN)
                .until(() -> status(PLAIN), status -> movesLeft(status) == MONTHS)
                .orElseThrow();
        assertThat(planned.phase()).isEqualTo(RebalancePhase.Planned);
        assertThat(planned.plan()).hasSize(MONTHS).allSatisfy(move -> {
            assertThat(move.table()).isEqualTo("e2e." + PLAIN);
            assertThat(move.from()).isZero();
            assertThat(move.to()).isOne();
            assertThat(move.rows()).isEqualTo(ROWS_A_MONTH.get(PLAIN).longValue());
        });
        assertThat(printed(PLAIN))
                .containsEntry("Cluster", NAME)
                .containsEntry("Moves", "0/" + MONTHS)
                .containsEntry("Progress", "0%")
                .hasEntrySatisfying("Status", text -> assertThat(text).startsWith("Dry run: " + MONTHS + " moves of "));
        assertThat(partitionsOn(sql.host(1, 0), PLAIN)).isZero();

        try (var _ = reader(PLAIN)) {
            apply(PLAIN, "dryRun: false");
            awaitSuccess(PLAIN);
        }

        assertThat(printed(PLAIN))
                .containsEntry("Moves", MONTHS + "/" + MONTHS)
                .containsEntry("Progress", "100%")
                .hasEntrySatisfying("Status", text -> assertThat(text).startsWith("Succeeded"));
        var done = status(PLAIN).orElseThrow();
        assertThat(Sandbox.condition(done.conditions(), "Ready").orElseThrow().getStatus())
                .isEqualTo("True");
        assertThat(Sandbox.condition(done.conditions(), "Progressing")
                        .orElseThrow()
                        .getStatus())
                .isEqualTo("False");
        assertThat(done.bytesMoved())
                .isEqualTo(
                        planned.plan().stream().mapToLong(move -> move.bytes()).sum());
        assertThat(done.history()).hasSize(MONTHS).allSatisfy(line -> assertThat(line.verified())
                .contains("checksums of all parts are the same on every replica"));
        assertThat(partitionsOn(sql.host(0, 0), PLAIN)).isZero();
        assertThatNothingIsMissing(PLAIN);
    }

    @Test
    @Order(2)
    void withoutZooKeeperInTheMiddleOfAMoveItWaitsAndGoesOn() {
        var replica = sql.host(1, 1);
        try (var _ = reader(OUTAGE)) {
            apply(OUTAGE, "concurrency: 2");
            await("something is copied").atMost(MOVED_WITHIN).until(() -> isAny(OUTAGE, MovePhase.Copying));
            loseZooKeeper();
            assertThat(status(OUTAGE).orElseThrow().current())
                    .as("moves during the outage")
                    .isNotEmpty();
            await("it goes on by itself")
                    .atMost(MOVED_WITHIN)
                    .until(() -> status(OUTAGE).orElseThrow().movesDone() > 0);

            // What is attached is not seen on this replica, so that the partition cannot leave the other shard.
            sql.execute(replica, "SYSTEM STOP REPLICATION QUEUES e2e." + OUTAGE);
            await("a partition changes shards").atMost(MOVED_WITHIN).until(() -> isAny(OUTAGE, MovePhase.Switching));
            loseZooKeeper();
            assertThat(isAny(OUTAGE, MovePhase.Switching))
                    .as("a partition is between shards during the outage")
                    .isTrue();
            sql.execute(replica, "SYSTEM START REPLICATION QUEUES e2e." + OUTAGE);
            awaitSuccess(OUTAGE);
        }
        assertThatNothingIsMissing(OUTAGE);
    }

    @Test
    @Order(3)
    void whatDoesNotFitWaitsUntilThereIsRoom() {
        var replica = sql.host(1, 1);
        sql.execute(replica, "CREATE TABLE e2e.ballast (n Array(UInt64)) ENGINE = MergeTree ORDER BY tuple()");
        sql.execute(
                replica,
                "INSERT INTO e2e.ballast SELECT arrayMap(i -> cityHash64(number, i), range(26))"
                        + " FROM system.numbers LIMIT 1000000");
        apply(LARGE);
        var hold = awaitHold(LARGE, "NotEnoughSpace");
        assertThat(hold.subject()).isEqualTo("shard 1");
        assertThat(status(LARGE).orElseThrow().current()).isEmpty();
        assertThat(status(LARGE).orElseThrow().phase()).isEqualTo(RebalancePhase.Moving);
        assertThat(moveTables()).isEmpty();
        assertThat(partitionsOn(sql.host(1, 0), LARGE)).isZero();

        sql.execute(replica, "DROP TABLE e2e.ballast");
        awaitSuccess(LARGE);
        assertThatNothingIsMissing(LARGE);
    }

    /** Servers before 19.15 do not tell how much is free: what is not theirs is noticed when it is in the way. */
    @Test
    @Order(4)
    void aDiskThatIsFullOfOtherThingsHoldsAMoveAndBreaksNothing() {
        var disk = new HostDisk(new HostShell(sandbox), sql.host(1, 1), "/var/lib/clickhouse/data");
        disk.fillUpTo(8_000_000);
        apply(LARGER);
        var hold = awaitHold(LARGER, "CopyFailed");
        assertThat(hold.message()).containsIgnoringCase("space");
        assertThat(partitionsOn(sql.host(0, 0), LARGER)).isOne();
        assertThat(partitionsOn(sql.host(1, 0), LARGER)).isZero();
        assertThat(sumsOf(sql.host(0, 1), LARGER)).isEqualTo(sums.get(LARGER));

        disk.makeRoom();
        awaitSuccess(LARGER);
        assertThatNothingIsMissing(LARGER);
    }

    @Test
    @Order(5)
    void pausedOrDeletedMidwayNothingStaysHalfMoved() {
        try (var _ = reader(STOPPED)) {
            apply(STOPPED, "concurrency: 2");
            awaitMidway(1);
            apply(STOPPED, "concurrency: 2", "paused: true");
            await("what was begun is ended or given up")
                    .atMost(MOVED_WITHIN)
                    .until(
                            () -> status(STOPPED),
                            status -> status.map(RebalanceStatus::phase)
                                            .filter(RebalancePhase.Paused::equals)
                                            .isPresent()
                                    && status.get().current().isEmpty());
            assertThat(printed(STOPPED)).containsEntry("Status", "Paused");
            assertThat(partitionsOn(sql.host(0, 0), STOPPED)).isPositive();
            assertThatNothingIsMissing(STOPPED);

            apply(STOPPED, "concurrency: 2", "paused: false");
            awaitMidway(2);
            sandbox.delete(rebalance(STOPPED).orElseThrow());
            assertThat(partitionsOn(sql.host(0, 0), STOPPED)).isPositive();
            assertThatNothingIsMissing(STOPPED);

            var replica = sql.host(1, 1);
            sql.execute(replica, "SYSTEM STOP REPLICATION QUEUES e2e." + STOPPED);
            apply(STOPPED, "concurrency: 2");
            await("a partition changes shards").atMost(MOVED_WITHIN).until(() -> isAny(STOPPED, MovePhase.Switching));
            var deleted = rebalance(STOPPED).orElseThrow();
            sandbox.client().resource(deleted).delete();
            sql.execute(replica, "SYSTEM START REPLICATION QUEUES e2e." + STOPPED);
            sandbox.awaitGone(deleted);
        }
        assertThat(partitionsOn(sql.host(0, 0), STOPPED)).isPositive();
        assertThatNothingIsMissing(STOPPED);
    }

    private void fill(String table, int months) {
        for (int month = 1; month <= months; month++) {
            sql.execute(
                    sql.host(0, 0),
                    "INSERT INTO e2e." + table + " SELECT number + " + month + " * 1000000,"
                            + " arrayStringConcat(arrayMap(i -> reinterpretAsString(cityHash64(number, i)), range(8))),"
                            + " toDate('2020-0" + month + "-01') FROM system.numbers LIMIT " + ROWS_A_MONTH.get(table));
        }
    }

    /** Shard 1 should hold nearly everything, whatever else stands there already. */
    private void apply(String table, String... more) {
        var spec = new StringBuilder("""
                apiVersion: clickhouse.shardwright.io/v1alpha1
                kind: Rebalance
                metadata: {name: %1$s}
                spec:
                  cluster: %2$s
                  weights: [{shard: 0, weight: 1}, {shard: 1, weight: 1000}]
                  tables: {include: [e2e.%1$s]}
                """.formatted(table, NAME));
        for (var line : more) {
            spec.append(line.indent(2));
        }
        sandbox.apply(spec.toString());
    }

    private Reader reader(String table) {
        return new Reader(
                sandbox,
                NAME,
                "analyst",
                "SELECT least(count(), " + sums.get(table).getFirst() + ") FROM e2e." + table + "_all");
    }

    private Optional<Rebalance> rebalance(String name) {
        return Optional.ofNullable(sandbox.client()
                .resources(Rebalance.class)
                .inNamespace(sandbox.namespace())
                .withName(name)
                .get());
    }

    private Optional<RebalanceStatus> status(String name) {
        return rebalance(name).map(Rebalance::getStatus);
    }

    private static int movesLeft(Optional<RebalanceStatus> status) {
        return status.map(RebalanceStatus::movesLeft).orElse(0);
    }

    private boolean isAny(String name, MovePhase phase) {
        return status(name).map(RebalanceStatus::current).stream()
                .flatMap(List::stream)
                .anyMatch(move -> move.phase() == phase);
    }

    private void awaitMidway(int done) {
        await("some moves are made and others under way")
                .pollInterval(Duration.ofMillis(50))
                .atMost(MOVED_WITHIN)
                .until(() -> status(STOPPED)
                        .filter(status -> status.movesDone() != null && status.movesDone() >= done)
                        .filter(status -> !status.current().isEmpty())
                        .isPresent());
    }

    private HoldStatus awaitHold(String name, String reason) {
        return await(name + " is held: " + reason)
                .atMost(MOVED_WITHIN)
                .until(
                        () -> status(name).map(RebalanceStatus::holds).stream()
                                .flatMap(List::stream)
                                .filter(hold -> reason.equals(hold.reason()))
                                .findFirst(),
                        Optional::isPresent)
                .orElseThrow();
    }

    private void awaitSuccess(String name) {
        long began = System.nanoTime();
        await("Rebalance " + name + " succeeds")
                .atMost(MOVED_WITHIN)
                .until(() -> status(name).map(RebalanceStatus::phase).orElse(null), RebalancePhase.Succeeded::equals);
        System.out.println("e2e: Rebalance " + name + " succeeded within "
                + Duration.ofNanos(System.nanoTime() - began).toSeconds() + " s: "
                + status(name).orElseThrow().moves());
    }

    private Map<String, String> printed(String name) {
        return KubectlTable.of(sandbox, "rebalances").rows().stream()
                .filter(row -> name.equals(row.get("Name")))
                .findFirst()
                .orElseThrow();
    }

    /** Until every server has noticed. */
    private void loseZooKeeper() {
        await("no server takes rows any more")
                .pollInterval(Duration.ofMillis(200))
                .atMost(Sandbox.SOON)
                .until(() -> {
                    sandbox.client()
                            .pods()
                            .inNamespace(sandbox.namespace())
                            .withName(ZOOKEEPER)
                            .withGracePeriod(0)
                            .delete();
                    return hosts().stream().allMatch(this::isReadOnly);
                });
    }

    private boolean isReadOnly(Host host) {
        return sql.number(
                        host,
                        "SELECT count() FROM system.replicas WHERE database = 'e2e' AND table = '" + OUTAGE
                                + "' AND (is_readonly OR is_session_expired)")
                == 1;
    }

    /** Every row is there once, whoever is asked, and nothing of the moves is left. */
    private void assertThatNothingIsMissing(String table) {
        assertThat(moveTables()).isEmpty();
        writer.pause();
        try {
            for (var host : hosts()) {
                await("every row is there once, asked of " + host.name())
                        .atMost(Sandbox.SOON)
                        .ignoreExceptions()
                        .untilAsserted(() -> {
                            assertThat(sumsOf(host, table + "_all")).isEqualTo(sums.get(table));
                            assertThat(sql.query(host, "SELECT count(), sum(id) FROM e2e.written_all"))
                                    .containsExactly(
                                            List.of(String.valueOf(writer.rows()), String.valueOf(writer.sumOfIds())));
                        });
            }
        } finally {
            writer.resume();
        }
    }

    private List<String> sumsOf(Host host, String table) {
        return sql.query(host, "SELECT count(), sum(id), sum(cityHash64(id, word, day)) FROM e2e." + table)
                .getFirst();
    }

    private List<String> moveTables() {
        Predicate<String> isOfAMove = name -> name.startsWith("_move_");
        return hosts().stream()
                .flatMap(host -> sql.query(host, "SELECT name FROM system.tables WHERE database = 'e2e'").stream())
                .map(List::getFirst)
                .filter(isOfAMove)
                .toList();
    }

    private long partitionsOn(Host host, String table) {
        return sql.number(
                host,
                "SELECT uniqExact(partition_id) FROM system.parts WHERE active AND database = 'e2e' AND table = '"
                        + table + "'");
    }

    private List<Host> hosts() {
        return sql.hosts(2, 2);
    }
}
