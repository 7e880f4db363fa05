package io.shardwright.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.shardwright.crds.ImportPhase;
import io.shardwright.crds.Rebalance;
import io.shardwright.crds.RebalancePhase;
import io.shardwright.crds.ShardMembers;
import io.shardwright.e2e.harness.Alone;
import io.shardwright.e2e.harness.EndToEnd;
import io.shardwright.e2e.harness.Examples;
import io.shardwright.e2e.harness.FlightsCsv;
import io.shardwright.e2e.harness.HostSql;
import io.shardwright.e2e.harness.Inserter;
import io.shardwright.e2e.harness.OperatorKiller;
import io.shardwright.e2e.harness.OperatorPod;
import io.shardwright.e2e.harness.Reader;
import io.shardwright.e2e.harness.Sandbox;
import io.shardwright.e2e.harness.Yaml;
import io.shardwright.topology.Host;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * The flights, on a cluster that grows and shrinks while it is read, under an operator that is killed every few seconds: every row
 * is there, once, whenever it is at rest.
 */
@Alone
@ExtendWith(EndToEnd.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class ScalingE2E {
    private static final String NAME = "flights";
    private static final String INSERTED = "inserted";
    private static final Duration SCALED_WITHIN = Duration.ofMinutes(6);
    private static final Duration IMPORT_LIMIT = Duration.ofMinutes(3);

    private final FlightsCsv file = FlightsCsv.read();
    private final Sandbox sandbox;
    private final OperatorPod operator;
    private HostSql sql;

    ScalingE2E(Sandbox sandbox, OperatorPod operator) {
        this.sandbox = sandbox;
        this.operator = operator;
    }

    @BeforeAll
    void importTheFlightsIntoOneHost() {
        sandbox.apply(Examples.flights(sandbox.namespace())
                .replace("  shards: 2\n  replicas: 2\n", "  shards: 1\n  replicas: 1\n"));
        sandbox.awaitClusterReady(NAME);
        sandbox.awaitTableReady("flights");
        var job = sandbox.awaitImportEnd("flights-2013", IMPORT_LIMIT);
        assertThat(job.getStatus().phase())
                .describedAs("phase: %s", job.getStatus().summary())
                .isEqualTo(ImportPhase.Succeeded);
        sql = new HostSql(sandbox, NAME, "shardwright");
    }

    @AfterAll
    void close() {
        if (sql != null) {
            sql.close();
        }
    }

    @Test
    @Order(1)
    void replicasComeAndGo() {
        try (var _ = reader();
                var _ = operatorKiller()) {
            for (int replicas : List.of(2, 3, 1)) {
                scale(1, replicas);
            }
        }
    }

    @Test
    @Order(2)
    void shardsComeAndGo() {
        try (var _ = reader();
                var _ = operatorKiller()) {
            for (int shards : List.of(2, 4)) {
                scale(shards, 1);
                assertThat(localRows()).as("every shard that came got rows").doesNotContain(0L);
            }
            var inserter = inserter();
            for (int shards : List.of(2, 1)) {
                scale(shards, 1);
            }
            assertThatAllOfThemAreThere(inserter.end());
        }
    }

    /** A client that goes on to insert through a Distributed table; every shard has rows of the table when it returns. */
    private Inserter inserter() {
        sandbox.apply(Yaml.table(INSERTED, NAME));
        sandbox.awaitTableReady(INSERTED);
        var inserter = new Inserter(sandbox, NAME, "default", INSERTED);
        await("every shard gets rows").atMost(Sandbox.SOON).until(() -> hosts().stream()
                .allMatch(host -> sql.number(host, "SELECT count() FROM e2e." + INSERTED) > 0));
        return inserter;
    }

    /** Servers pass on what came in through a Distributed table a moment later. */
    private void assertThatAllOfThemAreThere(Inserter.Acknowledged acknowledged) {
        var question = "SELECT count(), uniqExact(id), sum(id) FROM e2e." + INSERTED + "_all WHERE "
                + acknowledged.condition();
        var rows = Long.toString(acknowledged.rows());
        await("every row that was acknowledged is there, once")
                .atMost(Sandbox.SOON)
                .untilAsserted(() -> assertThat(sql.query(hosts().getFirst(), question))
                        .containsExactly(List.of(rows, rows, Long.toString(acknowledged.sumOfIds()))));
    }

    @Test
    @Order(3)
    void bothAtOnceAndAMindThatChangesMidway() {
        try (var _ = reader();
                var _ = operatorKiller()) {
            scale(2, 2);
            ask(1, 1);
            await("something leaves").atMost(SCALED_WITHIN).until(() -> !sandbox.cluster(NAME)
                    .getStatus()
                    .scaling()
                    .leavingShards()
                    .isEmpty());
            scale(2, 2);
            scale(1, 1);
        }
    }

    private OperatorKiller operatorKiller() {
        return new OperatorKiller(operator, Duration.ofSeconds(4));
    }

    /** While a partition moves, its rows may be seen twice for a moment, and never not at all. */
    private Reader reader() {
        return new Reader(sandbox, NAME, "analyst", "SELECT least(count(), " + file.rows() + ") FROM nyc.flights_all");
    }

    private void scale(int shards, int replicas) {
        long began = System.nanoTime();
        ask(shards, replicas);
        await(shards + " shards of " + replicas + " replicas are all there is")
                .pollInterval(Duration.ofMillis(500))
                .atMost(SCALED_WITHIN)
                .until(() -> whatIsMissing(shards, replicas), List::isEmpty);
        System.out.println("e2e: " + shards + " x " + replicas + " stood "
                + Duration.ofNanos(System.nanoTime() - began).toSeconds() + " s after it was asked for");
        assertThatNoRowIsMissing();
    }

    private void ask(int shards, int replicas) {
        var cluster = sandbox.cluster(NAME);
        sandbox.client()
                .resource(cluster)
                .inNamespace(sandbox.namespace())
                .patch(
                        PatchContext.of(PatchType.JSON_MERGE),
                        "{\"spec\": {\"shards\": " + shards + ", \"replicas\": " + replicas + "}}");
    }

    private List<String> whatIsMissing(int shards, int replicas) {
        var missing = new ArrayList<String>();
        var layout = layout();
        if (layout.size() != shards
                || layout.stream().anyMatch(shard -> shard.replicas().size() != replicas)) {
            missing.add("its layout is " + layout);
        }
        var state = sandbox.clusterState(NAME);
        if (!state.startsWith("Ready=True")) {
            missing.add(state);
        }
        var scaling = sandbox.cluster(NAME).getStatus().scaling();
        if (scaling == null
                || !scaling.leaving().isEmpty()
                || !scaling.leavingShards().isEmpty()
                || !Integer.valueOf(shards).equals(scaling.balancedShards())) {
            missing.add("scaling goes on: " + scaling);
        }
        sandbox.client().resources(Rebalance.class).inNamespace(sandbox.namespace()).list().getItems().stream()
                .filter(rebalance ->
                        rebalance.getStatus() == null || rebalance.getStatus().phase() != RebalancePhase.Succeeded)
                .map(Rebalance::getMetadata)
                .map(ObjectMeta::getName)
                .forEach(name -> missing.add("Rebalance " + name + " goes on"));
        return missing;
    }

    private List<ShardMembers> layout() {
        return sandbox.cluster(NAME).getStatus().layout();
    }

    private List<Host> hosts() {
        return layout().stream()
                .flatMap(shard -> shard.replicas().stream().map(replica -> sql.host(shard.shard(), replica)))
                .toList();
    }

    private List<Long> localRows() {
        return layout().stream()
                .map(shard -> sql.number(
                        sql.host(shard.shard(), shard.replicas().getFirst()), "SELECT count() FROM nyc.flights"))
                .toList();
    }

    private void assertThatNoRowIsMissing() {
        assertThat(localRows().stream().mapToLong(Long::longValue).sum())
                .as("rows of all shards")
                .isEqualTo(file.rows());
        var columns = List.copyOf(file.sums().keySet());
        var sums = columns.stream().map(column -> "sum(" + column + ")").collect(Collectors.joining(", "));
        for (var host : hosts()) {
            assertThat(sql.number(host, "SELECT count() FROM nyc.flights_all"))
                    .as("rows, asked of %s", host.name())
                    .isEqualTo(file.rows());
            var answer =
                    sql.query(host, "SELECT " + sums + " FROM nyc.flights_all").getFirst();
            var found = new TreeMap<String, Long>();
            for (int i = 0; i < columns.size(); i++) {
                found.put(columns.get(i), Long.valueOf(answer.get(i)));
            }
            assertThat(found).as("sums, asked of %s", host.name()).isEqualTo(file.sums());
        }
    }
}
