package io.shardwright.scaling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.shardwright.clickhouse.Dialect;
import io.shardwright.clickhouse.HttpServers;
import io.shardwright.holdings.OwnRowsObserver;
import io.shardwright.keeper.CuratorKeeper;
import io.shardwright.scaling.ScalingObserved.Answer;
import io.shardwright.scaling.ScalingObserved.Backing;
import io.shardwright.scaling.ScalingObserved.Registration;
import io.shardwright.scaling.ScalingObserved.Table;
import io.shardwright.testing.RealServers;
import io.shardwright.topology.Host;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What scaling asks and does, on real servers. */
class ScalingIT {
    private static final String DATABASE = "scaling_it";
    private static final Dialect DIALECT = Dialect.of("18.16.1");

    private final RealServers real = RealServers.shared();
    private final HttpServers servers =
            new HttpServers(real.directory(), Duration.ofSeconds(30), new SimpleMeterRegistry());
    private final Replicas replicas = new Replicas(servers, new CuratorKeeper(Duration.ofSeconds(3)));
    private final Host staying = host(0, 0);
    private final Host leaving = host(0, 1);

    @BeforeEach
    void createTheTable() {
        for (var host : List.of(staying, leaving)) {
            servers.execute(host, "CREATE DATABASE " + DATABASE);
            servers.execute(
                    host,
                    "CREATE TABLE " + DATABASE + ".t (d Date, x UInt64) ENGINE ="
                            + " ReplicatedMergeTree('/clickhouse/tables/{cluster}/{shard}/scaling_it/t', '{replica}')"
                            + " PARTITION BY d ORDER BY x");
        }
        servers.execute(
                leaving, "INSERT INTO " + DATABASE + ".t SELECT '2024-01-01', number FROM system.numbers LIMIT 100");
    }

    @AfterEach
    void dropAll() {
        real.layout().hosts().forEach(host -> servers.execute(host, "DROP DATABASE IF EXISTS " + DATABASE));
        servers.close();
    }

    @Test
    void aHostSaysWhomItListsAndWhatItHolds() {
        var said = said(leaving);

        assertThat(said.lists()).isNotEmpty();
        assertThat(said.rows()).isEqualTo(100);
        assertThat(said.tables()).containsExactly(new Table(DATABASE, "t"));
        assertThat(said.tablesOfItsOwn()).isEmpty();
    }

    @Test
    void rowsThatNoPeerHasAreToldWhateverTheyAreKeptIn() {
        servers.execute(leaving, "CREATE TABLE " + DATABASE + ".notes (x UInt8) ENGINE = TinyLog");
        servers.execute(leaving, "CREATE TABLE " + DATABASE + ".own (x UInt8) ENGINE = MergeTree ORDER BY x");
        assertThat(said(leaving).tablesOfItsOwn()).as("they are empty").isEmpty();

        servers.execute(leaving, "INSERT INTO " + DATABASE + ".notes SELECT 1");
        servers.execute(leaving, "INSERT INTO " + DATABASE + ".own SELECT 1");

        assertThat(said(leaving).tablesOfItsOwn()).containsExactly(DATABASE + ".notes", DATABASE + ".own");
    }

    @Test
    void peersAreComparedPartByPartAndTheCoordinationIsAskedAfterTheDrop() {
        await().atMost(RealServers.FETCHED_WITHIN)
                .untilAsserted(() -> assertThat(look().backing()).isInstanceOf(Backing.Complete.class));
        assertThat(look().registration()).isEqualTo(Registration.ACTIVE);

        servers.execute(staying, "SYSTEM STOP FETCHES " + DATABASE + ".t");
        servers.execute(
                leaving, "INSERT INTO " + DATABASE + ".t SELECT '2024-01-02', number FROM system.numbers LIMIT 5");
        assertThat(look().backing()).isInstanceOf(Backing.Incomplete.class);
        servers.execute(staying, "SYSTEM START FETCHES " + DATABASE + ".t");
        await().atMost(RealServers.FETCHED_WITHIN)
                .untilAsserted(() -> assertThat(look().backing()).isInstanceOf(Backing.Complete.class));

        servers.execute(leaving, DIALECT.dropTable("`" + DATABASE + "`.`t`"));
        assertThat(look().registration()).isEqualTo(Registration.NONE);
        assertThat(servers.query(staying, "SELECT count() FROM " + DATABASE + ".t"))
                .containsExactly(List.of("105"));
    }

    /** By whatever key, on whichever host they are inserted, and with servers that go on running. */
    @Test
    void aShardOfWeightZeroGetsNoRowsAndIsRead() {
        var hosts = List.of(staying, host(1, 0));
        var keys = List.of("rand()", "cityHash64(x)", "x");
        servers.execute(host(1, 0), "CREATE DATABASE " + DATABASE);
        for (var host : hosts) {
            servers.execute(host, "CREATE TABLE " + DATABASE + ".s (x UInt64) ENGINE = MergeTree ORDER BY x");
            for (int key = 0; key < keys.size(); key++) {
                servers.execute(
                        host,
                        "CREATE TABLE " + DATABASE + ".s_" + key + " (x UInt64) ENGINE = Distributed('flights', '"
                                + DATABASE + "', 's', " + keys.get(key) + ")");
            }
        }
        try {
            weigh(hosts, Set.of());
            insertByEachKey(staying, keys);
            awaitRows(hosts, 3000);
            long before = rowsOf(host(1, 0));
            assertThat(before).isBetween(1L, 2999L);

            weigh(hosts, Set.of(1));
            hosts.forEach(host -> insertByEachKey(host, keys));
            awaitRows(hosts, 9000);
            assertThat(rowsOf(host(1, 0))).isEqualTo(before);
            assertThat(servers.query(staying, HostSql.of("flights")))
                    .contains(List.of("server", "127.0.0.1", "1", ""), List.of("server", "127.0.0.1", "0", ""));

            weigh(hosts, Set.of());
            insertByEachKey(staying, keys);
            awaitRows(hosts, 12_000);
            assertThat(rowsOf(host(1, 0))).isGreaterThan(before);
        } finally {
            real.list(Set.copyOf(real.layout().hosts()));
        }
    }

    /** Only these hosts are listed, so that no replica without the table is asked. */
    private void weigh(List<Host> hosts, Set<Integer> draining) {
        real.list(Set.copyOf(hosts), draining);
        var weights = hosts.stream()
                .map(host -> List.of(draining.contains(host.shard()) ? "0" : "1"))
                .toList();
        hosts.forEach(host -> await().until(
                        () -> servers.query(
                                host,
                                "SELECT shard_weight FROM system.clusters WHERE cluster = 'flights' ORDER BY shard_num"),
                        weights::equals));
    }

    private void insertByEachKey(Host through, List<String> keys) {
        for (int key = 0; key < keys.size(); key++) {
            servers.execute(
                    through, "INSERT INTO " + DATABASE + ".s_" + key + " SELECT number FROM system.numbers LIMIT 1000");
        }
    }

    private void awaitRows(List<Host> askers, long rows) {
        askers.forEach(host -> await().until(
                        () -> servers.query(host, "SELECT count() FROM " + DATABASE + ".s_0"),
                        List.of(List.of(Long.toString(rows)))::equals));
    }

    private long rowsOf(Host host) {
        return Long.parseLong(servers.query(host, "SELECT count() FROM " + DATABASE + ".s")
                .getFirst()
                .getFirst());
    }

    @Test
    void aReplicaThatAUserNamedIsComparedAsAnyOther() {
        servers.execute(
                leaving,
                "CREATE TABLE " + DATABASE
                        + ".by_hand (x UInt64) ENGINE = ReplicatedMergeTree('/by-hand/scaling_it', 'r1') ORDER BY x");
        servers.execute(leaving, "INSERT INTO " + DATABASE + ".by_hand SELECT 1");

        assertThat(look().backing())
                .isInstanceOfSatisfying(Backing.Incomplete.class, incomplete -> assertThat(incomplete.what())
                        .contains("/by-hand/scaling_it: all_0_0_0"));
    }

    private Replicas.Findings look() {
        return replicas.look(leaving, true, host(1, 0), List.of(staying), DIALECT);
    }

    private Answer.Said said(Host host) {
        var rows = servers.query(host, HostSql.of(host.cluster().name()));
        return HostSql.read(rows, new OwnRowsObserver(servers).among(host, rows));
    }

    private Host host(int shard, int replica) {
        return new Host(real.layout().cluster(), shard, replica);
    }
}
