package io.shardwright.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.groups.Tuple.tuple;
import static org.awaitility.Awaitility.await;

import io.shardwright.crds.ImportPhase;
import io.shardwright.e2e.harness.EndToEnd;
import io.shardwright.e2e.harness.Examples;
import io.shardwright.e2e.harness.FlightsCsv;
import io.shardwright.e2e.harness.HostSql;
import io.shardwright.e2e.harness.KubectlTable;
import io.shardwright.e2e.harness.NamespaceObjects;
import io.shardwright.e2e.harness.Sandbox;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/** The quickstart's YAML, from nothing to rows that are queried. */
@ExtendWith(EndToEnd.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class QuickstartE2E {
    private static final Duration IMPORT_LIMIT = Duration.ofMinutes(3);
    private static final int SHARDS = 2;
    private static final int REPLICAS = 2;

    /** Rows by the sharding key of the example, as ClickHouse's own Distributed table spreads them. */
    private static final List<Long> ROWS_OF_SHARD = List.of(166_056L, 170_720L);

    private final FlightsCsv file = FlightsCsv.read();
    private final Sandbox sandbox;
    private HostSql sql;

    QuickstartE2E(Sandbox sandbox) {
        this.sandbox = sandbox;
    }

    @BeforeAll
    void applyTheExample() {
        sandbox.apply(Examples.flights(sandbox.namespace()));
        sandbox.awaitClusterReady("flights");
        sandbox.awaitTableReady("flights");
        var job = sandbox.awaitImportEnd("flights-2013", IMPORT_LIMIT);
        assertThat(job.getStatus().phase())
                .describedAs("phase: %s", job.getStatus().summary())
                .isEqualTo(ImportPhase.Succeeded);
        sql = new HostSql(sandbox, "flights", "analyst");
    }

    @AfterAll
    void close() {
        if (sql != null) {
            sql.close();
        }
    }

    @Test
    void everyReplicaHoldsTheRowsOfItsShard() {
        for (var host : sql.hosts(SHARDS, REPLICAS)) {
            assertThat(sql.number(host, "SELECT count() FROM nyc.flights"))
                    .describedAs("rows on %s", host.name())
                    .isEqualTo(ROWS_OF_SHARD.get(host.shard()));
        }
    }

    @Test
    void replicasOfAShardHoldTheSameRows() {
        for (int shard = 0; shard < SHARDS; shard++) {
            assertThat(sql.query(sql.host(shard, 1), "SELECT sum(cityHash64(*)) FROM nyc.flights"))
                    .isEqualTo(sql.query(sql.host(shard, 0), "SELECT sum(cityHash64(*)) FROM nyc.flights"));
        }
    }

    @Test
    void everyHostAnswersForAllRows() {
        for (var host : sql.hosts(SHARDS, REPLICAS)) {
            assertThat(sql.number(host, "SELECT count() FROM nyc.flights_all"))
                    .describedAs("rows of all shards, asked of %s", host.name())
                    .isEqualTo(file.rows());
        }
    }

    @Test
    void sumsEqualTheFiles() {
        var columns = List.copyOf(file.sums().keySet());
        var sums = columns.stream().map(column -> "sum(" + column + ")").collect(Collectors.joining(", "));
        var answer = sql.query(sql.host(0, 0), "SELECT " + sums + " FROM nyc.flights_all")
                .getFirst();
        var found = new TreeMap<String, Long>();
        for (int i = 0; i < columns.size(); i++) {
            found.put(columns.get(i), Long.valueOf(answer.get(i)));
        }
        assertThat(found).isEqualTo(file.sums());
    }

    @Test
    void missingValuesArriveAsNull() {
        var found = new TreeMap<String, Long>();
        for (var column : file.nulls().keySet()) {
            found.put(
                    column,
                    sql.number(sql.host(1, 1), "SELECT count() FROM nyc.flights_all WHERE isNull(" + column + ")"));
        }
        assertThat(found).isEqualTo(file.nulls()).containsEntry("dep_delay", 8255L);
    }

    @Test
    void timestampsAreReadAsUtc() {
        assertThat(sql.query(
                        sql.host(0, 0),
                        "SELECT toString(min(time_hour), 'UTC'), toString(max(time_hour), 'UTC') FROM nyc.flights_all"))
                .containsExactly(List.of("2013-01-01 10:00:00", "2014-01-01 04:00:00"));
    }

    @Test
    void noStagingTableIsLeftBehind() {
        for (var host : sql.hosts(SHARDS, REPLICAS)) {
            assertThat(sql.query(host, "SELECT name FROM system.tables WHERE database = 'nyc' ORDER BY name"))
                    .describedAs("tables on %s", host.name())
                    .containsExactly(List.of("flights"), List.of("flights_all"));
        }
    }

    @Test
    void applyingAgainChangesNothing() throws InterruptedException {
        awaitThatStatusTellsAllBytes();
        var before = versions();
        sandbox.apply(Examples.flights(sandbox.namespace()));
        // Long enough for the operator to have looked at it, and for whatever it would write to be seen.
        Thread.sleep(Duration.ofSeconds(5));
        assertThat(versions()).isEqualTo(before);
    }

    @Test
    void kubectlShowsThatAllIsWell() {
        assertThat(KubectlTable.of(sandbox, "clickhouseclusters").rows())
                .singleElement()
                .satisfies(row -> assertThat(row)
                        .containsAllEntriesOf(Map.of(
                                "Name", "flights",
                                "Version", "18.16.1",
                                "Shards", "2/2",
                                "Replicas", "4/4",
                                "Ready", "True",
                                "Status", "Ready")));
        assertThat(KubectlTable.of(sandbox, "shards").rows())
                .extracting(row -> row.get("Name"), row -> row.get("Replicas"), row -> row.get("Ready"))
                .containsExactly(tuple("flights-0", "2/2", "True"), tuple("flights-1", "2/2", "True"));
        await("the table tells its rows").atMost(Duration.ofSeconds(10)).untilAsserted(() -> assertThat(
                        KubectlTable.of(sandbox, "tables").rows())
                .singleElement()
                .satisfies(row -> assertThat(row)
                        .containsAllEntriesOf(Map.of(
                                "Cluster", "flights",
                                "Hosts", "4/4",
                                "Ready", "True",
                                "Rows", "336776",
                                "Status", "Ready"))));
        assertThat(KubectlTable.of(sandbox, "importjobs").rows())
                .singleElement()
                .satisfies(row -> assertThat(row)
                        .containsAllEntriesOf(Map.of(
                                "Table", "flights",
                                "Phase", "Succeeded",
                                "Progress", "100%",
                                "Rows", "336776",
                                "Status", "Succeeded")));
    }

    /** Until then what is written has to do with the rows that came in, not with what is applied. */
    private void awaitThatStatusTellsAllBytes() {
        await("status tells all bytes").atMost(Duration.ofSeconds(45)).untilAsserted(() -> {
            long bytes = IntStream.range(0, SHARDS)
                    .mapToLong(this::bytesOfFullestReplica)
                    .sum();
            assertThat(sandbox.cluster("flights").getStatus().bytes()).isEqualTo(bytes);
            assertThat(sandbox.table("flights").getStatus().bytes()).isEqualTo(bytes);
        });
    }

    private long bytesOfFullestReplica(int shard) {
        var bytes = "SELECT sum(bytes_on_disk) FROM system.parts WHERE active AND database = 'nyc'";
        return IntStream.range(0, REPLICAS)
                .mapToLong(replica -> sql.number(sql.host(shard, replica), bytes))
                .max()
                .orElseThrow();
    }

    private Map<String, String> versions() {
        return NamespaceObjects.of(sandbox).stream()
                .filter(object -> !"Event".equals(object.getKind()))
                .collect(Collectors.toMap(
                        object -> object.getApiVersion() + " " + object.getKind() + " "
                                + object.getMetadata().getName(),
                        object -> object.getMetadata().getResourceVersion(),
                        (one, other) -> one,
                        TreeMap::new));
    }
}
