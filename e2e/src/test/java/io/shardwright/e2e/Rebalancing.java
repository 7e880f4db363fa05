package io.shardwright.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.shardwright.crds.MovePhase;
import io.shardwright.crds.Rebalance;
import io.shardwright.crds.RebalancePhase;
import io.shardwright.crds.RebalanceStatus;
import io.shardwright.e2e.harness.EndToEnd;
import io.shardwright.e2e.harness.HostSql;
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
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;

/** A cluster with small disks, whose tables tests move from shard 0 to shard 1, each a table of its own, while rows are written. */
@ExtendWith(EndToEnd.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
abstract class Rebalancing {
    static final String NAME = "main";
    /** As long as operations/rebalancing.md says. */
    private static final int QUIET_SECONDS = 30;

    static final Duration MOVED_WITHIN = Duration.ofMinutes(2);

    /** Memory of this size under the servers' data: a real file system that is full when it says so. */
    private static final String SMALL_DISKS = """
            template:
              spec:
                containers:
                  - name: clickhouse
                    volumeMounts: [{name: small, mountPath: /var/lib/clickhouse/data}]
                volumes: [{name: small, emptyDir: {medium: Memory, sizeLimit: 256Mi}}]
            """;

    static final String PLAIN = "plain";
    static final String OUTAGE = "outage";
    static final String STOPPED = "stopped";
    static final String EXACT = "exact";

    /** Partitions of 17 MB. */
    static final String LARGE = "large";

    static final String LARGER = "larger";
    static final int MONTHS = 8;
    static final Map<String, Integer> ROWS_A_MONTH =
            Map.of(PLAIN, 20_000, OUTAGE, 20_000, STOPPED, 20_000, EXACT, 20_000, LARGE, 250_000, LARGER, 250_000);
    static final Map<String, Integer> MONTHS_OF =
            Map.of(PLAIN, MONTHS, OUTAGE, MONTHS, STOPPED, MONTHS, EXACT, 2, LARGE, 2, LARGER, 1);

    final Sandbox sandbox;
    final Map<String, List<String>> sums = new HashMap<>();
    HostSql sql;
    private Writer writer;

    Rebalancing(Sandbox sandbox) {
        this.sandbox = sandbox;
    }

    @BeforeAll
    void fillShardZero() {
        applyCluster("");
        sandbox.awaitClusterReady(NAME);
        // What was merged would take up the small disks for eight minutes.
        sandbox.apply(Yaml.table("written", NAME, "settings: {old_parts_lifetime: \"10\"}"));
        MONTHS_OF.keySet().forEach(table -> sandbox.apply(Yaml.table(table, NAME)));
        sandbox.awaitTableReady("written");
        MONTHS_OF.keySet().forEach(sandbox::awaitTableReady);
        sql = new HostSql(sandbox, NAME, "shardwright");
        MONTHS_OF.forEach(this::fill);
        MONTHS_OF.keySet().forEach(table -> sums.put(table, sumsOf(sql.host(0, 0), table)));
        awaitRest();
        writer = new Writer(sql, "e2e.written", 2, 2);
    }

    /** @param more lines of its spec */
    void applyCluster(String more) {
        sandbox.apply(Yaml.cluster(NAME, 2, 2, "users: [{name: analyst, readOnly: true}]", SMALL_DISKS, more)
                .replace("{size: 1Gi}", "{size: 256Mi}"));
    }

    /** What was written to lately a Rebalance leaves alone. */
    private void awaitRest() {
        await("nothing was written for a while")
                .atMost(Sandbox.SOON)
                .pollInterval(Duration.ofSeconds(1))
                .until(() -> Stream.of(sql.host(0, 0), sql.host(0, 1))
                        .allMatch(host -> sql.number(
                                        host,
                                        "SELECT toUInt32(now()) - toUInt32(max(modification_time)) FROM system.parts"
                                                + " WHERE active AND database = 'e2e'")
                                > QUIET_SECONDS));
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

    void fill(String table, int months) {
        for (int month = 1; month <= months; month++) {
            sql.execute(
                    sql.host(0, 0),
                    "INSERT INTO e2e." + table + " SELECT number + " + month + " * 1000000,"
                            + " arrayStringConcat(arrayMap(i -> reinterpretAsString(cityHash64(number, i)), range(8))),"
                            + " toDate('2020-0" + month + "-01') FROM system.numbers LIMIT " + ROWS_A_MONTH.get(table));
        }
    }

    /** Shard 1 should hold nearly everything, whatever else stands there already. */
    void apply(String table, String... more) {
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

    /** Of a table whose partitions may be seen twice. */
    Reader reader(String table) {
        return new Reader(
                sandbox,
                NAME,
                "analyst",
                "SELECT least(count(), " + sums.get(table).getFirst() + ") FROM e2e." + table + "_all");
    }

    /** Of a table whose rows are seen once, always: a count that rises would fall again. */
    Reader exactReader(String table) {
        return new Reader(sandbox, NAME, "analyst", "SELECT count() FROM e2e." + table + "_all");
    }

    Optional<Rebalance> rebalance(String name) {
        return Optional.ofNullable(sandbox.client()
                .resources(Rebalance.class)
                .inNamespace(sandbox.namespace())
                .withName(name)
                .get());
    }

    Optional<RebalanceStatus> status(String name) {
        return rebalance(name).map(Rebalance::getStatus);
    }

    boolean isAny(String name, MovePhase phase) {
        return status(name).map(RebalanceStatus::current).stream()
                .flatMap(List::stream)
                .anyMatch(move -> move.phase() == phase);
    }

    void awaitSuccess(String name) {
        long began = System.nanoTime();
        await("Rebalance " + name + " succeeds")
                .atMost(MOVED_WITHIN)
                .until(() -> status(name).map(RebalanceStatus::phase).orElse(null), RebalancePhase.Succeeded::equals);
        System.out.println("e2e: Rebalance " + name + " succeeded within "
                + Duration.ofNanos(System.nanoTime() - began).toSeconds() + " s: "
                + status(name).orElseThrow().moves());
    }

    /** Every row is there once, whoever is asked, and nothing of the moves is left. */
    void assertThatNothingIsMissing(String table) {
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

    List<String> sumsOf(Host host, String table) {
        return sql.query(host, "SELECT count(), sum(id), sum(cityHash64(id, word, day)) FROM e2e." + table)
                .getFirst();
    }

    List<String> moveTables() {
        Predicate<String> isOfAMove = name -> name.startsWith("_move_");
        return hosts().stream()
                .flatMap(host -> sql.query(host, "SELECT name FROM system.tables WHERE database = 'e2e'").stream())
                .map(List::getFirst)
                .filter(isOfAMove)
                .toList();
    }

    long partitionsOn(Host host, String table) {
        return sql.number(
                host,
                "SELECT uniqExact(partition_id) FROM system.parts WHERE active AND database = 'e2e' AND table = '"
                        + table + "'");
    }

    List<Host> hosts() {
        return sql.hosts(2, 2);
    }
}
