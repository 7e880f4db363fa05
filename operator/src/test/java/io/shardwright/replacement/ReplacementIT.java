package io.shardwright.replacement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.shardwright.clickhouse.HttpServers;
import io.shardwright.crds.ReplacementPhase;
import io.shardwright.holdings.ContentsSql;
import io.shardwright.replacement.ReplacementIntent.Request;
import io.shardwright.testing.RealServers;
import io.shardwright.topology.Host;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The whole way from observation to a host in service, on real servers; Kubernetes alone is made up. */
class ReplacementIT {
    private static final String DATABASE = "replacement_it";
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private static final long BYTES_PER_SECOND = 4 << 20;
    private static final int LARGE_PARTS = 40;

    /** A server fetches so many side by side. */
    private static final int AT_ONCE_PARTS = 16;

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

    /** As servers leave them behind: 18.16 makes no view of what does not stand. */
    @Test
    void aViewWhoseSourceIsGoneIsHeldAndItsHostServes() {
        createTables();
        for (var host : real.layout().hosts()) {
            servers.execute(host, "CREATE TABLE " + DATABASE + ".gone (id UInt64) ENGINE = Log");
            servers.execute(host, "CREATE VIEW %s.orphan AS SELECT id FROM %s.gone".replace("%s", DATABASE));
            servers.execute(
                    host,
                    "CREATE MATERIALIZED VIEW %s.orphan_into_sums TO %s.sums AS SELECT id, id AS c FROM %s.gone"
                            .replace("%s", DATABASE));
            servers.execute(host, "DROP TABLE " + DATABASE + ".gone");
        }
        shard.passUntilServing(PATIENCE);
        try (var _ = real.empty(second)) {
            shard.restarted(second);
        }

        await().atMost(PATIENCE).untilAsserted(() -> {
            shard.pass();
            assertThat(shard.status().unrestored()).singleElement().satisfies(some -> assertThat(some.message())
                    .contains("gone doesn't exist"));
        });
        assertThat(shard.phases()).contains(ReplacementPhase.RestoringSchema);
        shard.later(Duration.ofSeconds(40));
        await().atMost(PATIENCE).untilAsserted(() -> {
            shard.pass();
            assertThat(shard.phases()).containsOnly(ReplacementPhase.InService);
        });
        assertThat(rowsOn(second)).isEqualTo(rowsOn(first));
        assertThat(shard.status().holds()).singleElement().satisfies(hold -> {
            assertThat(hold.reason()).isEqualTo("CannotBeRestored");
            assertThat(hold.subject()).isEqualTo(second.name() + " " + DATABASE + ".orphan");
            assertThat(hold.message()).contains("gone doesn't exist", "serves without it");
        });

        servers.execute(second, "CREATE TABLE " + DATABASE + ".gone (id UInt64) ENGINE = Log");
        shard.later(Duration.ofMinutes(1));
        shard.passUntilServing(PATIENCE);
        assertThat(shard.status().holds()).isEmpty();
        servers.execute(second, "DROP TABLE " + DATABASE + ".gone");
        assertThat(tablesOn(second)).isEqualTo(tablesOn(first));
    }

    @Test
    void serversTellTheEnginesOfDatabasesWithTheirArguments() {
        servers.execute(first, "CREATE DATABASE " + DATABASE);

        assertThat(ContentsSql.parseEngine(servers.query(first, ContentsSql.showDatabase(DATABASE))))
                .contains("Ordinary");
    }

    @Test
    void aReplicaThatIsAskedForGoesOnToServeWhileItHasRowsOfItsOwn() {
        createTables();
        shard.passUntilServing(PATIENCE);
        servers.execute(second, "INSERT INTO " + DATABASE + ".plain SELECT 1");
        servers.execute(second, "INSERT INTO " + DATABASE + ".sums SELECT 1, 1");
        shard.ask(new Request(second.replica(), "slow disk", false));

        await().atMost(PATIENCE).untilAsserted(() -> {
            shard.pass();
            assertThat(shard.status().holds()).singleElement().satisfies(hold -> {
                assertThat(hold.reason()).isEqualTo("RowsOfItsOwn");
                assertThat(hold.message()).contains(DATABASE + ".plain, " + DATABASE + ".sums.");
            });
        });
        assertThat(shard.phases()).containsExactly(ReplacementPhase.InService, ReplacementPhase.InService);

        servers.execute(second, "DROP TABLE " + DATABASE + ".plain");
        servers.execute(second, "TRUNCATE TABLE " + DATABASE + ".sums");
        shard.pass();
        assertThat(shard.status().holds()).isEmpty();
        assertThat(shard.phases()).containsExactly(ReplacementPhase.InService, ReplacementPhase.Lost);
    }

    @Test
    void aReplicaThatAUserNamedIsTheLastGoodCopyAsAnyOther() {
        createTables();
        shard.passUntilServing(PATIENCE);
        servers.execute(
                second,
                "CREATE TABLE " + DATABASE
                        + ".named (id UInt64) ENGINE = ReplicatedMergeTree('/by-hand/named', 'r1') ORDER BY id");
        servers.execute(second, "INSERT INTO " + DATABASE + ".named SELECT 1");
        shard.ask(new Request(second.replica(), "slow disk", false));

        await().atMost(PATIENCE).untilAsserted(() -> {
            shard.pass();
            assertThat(shard.status().holds()).singleElement().satisfies(hold -> {
                assertThat(hold.reason()).isEqualTo("LastGoodCopy");
                assertThat(hold.message()).contains("/by-hand/named: all_0_0_0");
            });
        });
    }

    @Test
    void fetchesNoFasterThanItMay() {
        createTables();
        createLargeTable();
        shard.passUntilServing(PATIENCE);
        long bytes = bytesOn(first);
        shard.limit(Optional.of(BYTES_PER_SECOND));

        try (var _ = real.empty(second)) {
            shard.restarted(second);
        }
        await().atMost(PATIENCE).until(() -> {
            shard.pass();
            return shard.reasonsSeen().contains("Throttled");
        });
        var begun = Instant.parse(shard.status().hosts().getLast().limit().since());
        shard.passUntilServing(PATIENCE);
        var taken = Duration.between(begun, Instant.now());

        long notBegunAtOnce = bytes - AT_ONCE_PARTS * bytes / LARGE_PARTS;
        assertThat(taken)
                .as("of %d bytes at %d per second", bytes, BYTES_PER_SECOND)
                .isGreaterThan(Duration.ofMillis(1_000 * notBegunAtOnce / BYTES_PER_SECOND));
        assertThat(bytesOn(second)).isEqualTo(bytes);
        assertThat(rowsOn(second)).isEqualTo(rowsOn(first));
        assertThat(shard.status().hosts())
                .allSatisfy(host -> assertThat(host.limit()).isNull());
        servers.execute(first, "INSERT INTO " + DATABASE + ".t SELECT 7, '2024-01-01' FROM system.one");
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(rowsOn(second)).isEqualTo(rowsOn(first)));
    }

    @Test
    void fetchesAsFastAsItCanWhenTheLimitIsRemoved() {
        createTables();
        createLargeTable();
        shard.passUntilServing(PATIENCE);
        shard.limit(Optional.of(1L));

        try (var _ = real.empty(second)) {
            shard.restarted(second);
        }
        await().atMost(PATIENCE).untilAsserted(() -> {
            shard.pass();
            assertThat(shard.reasonsSeen()).contains("Throttled");
        });
        shard.limit(Optional.empty());
        shard.passUntilServing(PATIENCE);

        assertThat(bytesOn(second)).isEqualTo(bytesOn(first));
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

    /** Of which nothing can be compressed. */
    private void createLargeTable() {
        for (var host : real.layout().hosts()) {
            servers.execute(
                    host,
                    ("CREATE TABLE %s.large (part UInt8, noise Array(UInt64)) ENGINE = ReplicatedMergeTree("
                                    + "'/tables/{shard}/%s/large', '{replica}') PARTITION BY part ORDER BY tuple()")
                            .replace("%s", DATABASE));
        }
        servers.execute(
                first,
                "INSERT INTO " + DATABASE + ".large SELECT number % " + LARGE_PARTS
                        + ", arrayMap(i -> rand64(i), range(100)) FROM system.numbers LIMIT 48000");
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(bytesOn(second)).isEqualTo(bytesOn(first)));
    }

    private long bytesOn(Host host) {
        return Long.parseLong(servers.query(
                        host,
                        "SELECT toString(sum(bytes_on_disk)) FROM system.parts WHERE active AND table = 'large' AND database = '"
                                + DATABASE + "'")
                .getFirst()
                .getFirst());
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
