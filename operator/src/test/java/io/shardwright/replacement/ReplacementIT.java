package io.shardwright.replacement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.shardwright.clickhouse.HttpServers;
import io.shardwright.crds.ReplacementPhase;
import io.shardwright.replacement.ReplacementIntent.Request;
import io.shardwright.testing.RealServers;
import io.shardwright.topology.Host;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The whole way from observation to a host in service, on real servers; Kubernetes alone is made up. */
class ReplacementIT {
    private static final String DATABASE = "replacement_it";
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final RealServers real = RealServers.shared();
    private final HttpServers servers =
            new HttpServers(real.directory(), Duration.ofSeconds(30), new SimpleMeterRegistry());
    private final ShardOfRealServers shard = new ShardOfRealServers(real, servers);
    private final Host first = real.layout().hostsOf(0).getFirst();
    private final Host second = real.layout().hostsOf(0).getLast();

    @AfterEach
    void dropAll() {
        for (var host : real.layout().hosts()) {
            servers.execute(host, "DROP DATABASE IF EXISTS " + DATABASE);
        }
        servers.close();
    }

    @Test
    void newHostsServeAtOnce() {
        shard.pass();

        assertThat(shard.phases()).containsExactly(ReplacementPhase.InService, ReplacementPhase.InService);
    }

    @Test
    void anEmptiedReplicaGetsSchemaAndRowsBack() {
        createTables();
        shard.passUntilServing(PATIENCE);
        var before = rowsOn(second);

        try (var _ = real.empty(second)) {
            shard.restarted(second);
        }
        shard.passUntilServing(PATIENCE);

        assertThat(rowsOn(second)).isEqualTo(before);
        assertThat(tablesOn(second)).isEqualTo(tablesOn(first));
        assertThat(shard.phasesSeen(second)).contains(ReplacementPhase.RestoringSchema, ReplacementPhase.CatchingUp);
        assertThat(shard.status().history()).hasSize(2).allSatisfy(entry -> assertThat(entry.verified())
                .contains("are on " + first.name()));
        assertThat(replicas()).containsExactlyInAnyOrder(real.replicaName(first), real.replicaName(second));
        servers.execute(second, "INSERT INTO " + DATABASE + ".t SELECT 7, '2024-01-01' FROM system.one");
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(rowsOn(first)).isEqualTo(rowsOn(second)));
    }

    @Test
    void aPartThatNobodyElseHasIsHeldUntilItsLossIsAccepted() {
        createTables();
        shard.passUntilServing(PATIENCE);
        servers.execute(first, "SYSTEM STOP FETCHES " + DATABASE + ".t");
        servers.execute(second, "INSERT INTO " + DATABASE + ".t SELECT 5000, '2024-02-01' FROM system.one");

        try (var _ = real.empty(second)) {
            shard.restarted(second);
        }
        await().atMost(PATIENCE).untilAsserted(() -> {
            shard.pass();
            assertThat(shard.status().holds()).singleElement().satisfies(hold -> {
                assertThat(hold.reason()).isEqualTo("LastGoodCopy");
                assertThat(hold.message()).contains("202402_0_0_0", "acceptDataLoss");
            });
        });
        assertThat(tablesOn(second)).isEmpty();

        servers.execute(first, "SYSTEM START FETCHES " + DATABASE + ".t");
        shard.ask(new Request(second.replica(), "the disk is broken", true));
        shard.passUntilServing(PATIENCE);
        assertThat(rowsOn(second)).isEqualTo(rowsOn(first));
        assertThat(shard.status().history().getLast().verified()).contains("was accepted");
        assertThat(shard.status().requests()).singleElement().satisfies(request -> assertThat(request.done())
                .isTrue());
        assertThat(replicas()).containsExactlyInAnyOrder(real.replicaName(first), real.replicaName(second));

        var counted = rowsOn(second);
        servers.execute(second, "INSERT INTO " + DATABASE + ".t SELECT 5000, '2024-02-01' FROM system.one");
        assertThat(rowsOn(second)).as("the lost rows, inserted again").isNotEqualTo(counted);
    }

    @Test
    void whatWasDroppedMeanwhileIsNotMissed() {
        createTables();
        shard.passUntilServing(PATIENCE);
        try (var _ = real.empty(second)) {
            // The session must end first: a partition is dropped on every active replica.
            var leader = first;
            await().atMost(PATIENCE).untilAsserted(() -> assertThat(servers.query(
                                    leader,
                                    "SELECT toString(is_leader) FROM system.replicas WHERE database = '" + DATABASE
                                            + "' AND table = 't'")
                            .getFirst())
                    .containsExactly("1"));
            servers.execute(leader, "ALTER TABLE " + DATABASE + ".t DROP PARTITION 202401");
            shard.restarted(second);
        }

        shard.passUntilServing(PATIENCE);
        assertThat(shard.holdsSeen()).doesNotContain("LastGoodCopy");
        assertThat(rowsOn(second)).isEqualTo(rowsOn(first));
    }

    /** Whatever ZooKeeper knows of the table. */
    private List<String> replicas() {
        return servers
                .query(first, "SELECT name FROM system.zookeeper WHERE path = '/tables/0/" + DATABASE + "/t/replicas'")
                .stream()
                .map(List::getFirst)
                .toList();
    }

    private void createTables() {
        for (var host : real.layout().hosts()) {
            Stream.of(
                            "CREATE DATABASE " + DATABASE,
                            "CREATE TABLE %s.t (id UInt64, day Date) ENGINE = ReplicatedMergeTree('/tables/{shard}/%s/t',"
                                    + " '{replica}') PARTITION BY toYYYYMM(day) ORDER BY id",
                            "CREATE TABLE %s.t_all AS %s.t ENGINE = Distributed('flights', '%s', 't', id)",
                            "CREATE TABLE %s.undeclared (id UInt64) ENGINE = ReplicatedMergeTree("
                                    + "'/by-hand/{shard}/%s', '{replica}') ORDER BY id",
                            "CREATE TABLE %s.plain (id UInt64) ENGINE = Log",
                            "CREATE VIEW %s.v AS SELECT id FROM %s.t WHERE id > 10",
                            "CREATE MATERIALIZED VIEW %s.mv ENGINE = ReplicatedSummingMergeTree('/tables/{shard}/%s/mv',"
                                    + " '{replica}') PARTITION BY tuple() ORDER BY day AS SELECT day, count() AS c FROM"
                                    + " %s.t GROUP BY day",
                            "CREATE TABLE %s.sums (id UInt64, c UInt64) ENGINE = MergeTree ORDER BY id",
                            "CREATE MATERIALIZED VIEW %s.into_sums TO %s.sums AS SELECT id, count() AS c FROM %s.t GROUP BY"
                                    + " id")
                    .map(sql -> sql.replace("%s", DATABASE))
                    .forEach(sql -> servers.execute(host, sql));
        }
        servers.execute(
                first, "INSERT INTO " + DATABASE + ".t SELECT number, '2024-01-01' FROM system.numbers LIMIT 1000");
        servers.execute(first, "INSERT INTO " + DATABASE + ".undeclared SELECT number FROM system.numbers LIMIT 500");
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(rowsOn(second)).isEqualTo(rowsOn(first)));
    }

    private List<List<String>> rowsOn(Host host) {
        return servers
                .query(
                        host,
                        ("SELECT 't', toString(count()), toString(sum(id)) FROM %s.t UNION ALL SELECT 'undeclared', toString(count()),"
                                        + " toString(sum(id)) FROM %s.undeclared UNION ALL SELECT 'mv', toString(count()),"
                                        + " toString(sum(c)) FROM %s.mv")
                                .replace("%s", DATABASE))
                .stream()
                .sorted((one, other) -> one.getFirst().compareTo(other.getFirst()))
                .toList();
    }

    private List<List<String>> tablesOn(Host host) {
        return servers.query(
                host,
                "SELECT name, engine, create_table_query FROM system.tables WHERE database = '" + DATABASE
                        + "' ORDER BY name");
    }
}
