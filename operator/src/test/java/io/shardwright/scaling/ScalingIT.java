package io.shardwright.scaling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.shardwright.clickhouse.Dialect;
import io.shardwright.clickhouse.HttpServers;
import io.shardwright.keeper.CuratorKeeper;
import io.shardwright.scaling.ScalingObserved.Backing;
import io.shardwright.scaling.ScalingObserved.Registration;
import io.shardwright.scaling.ScalingObserved.Table;
import io.shardwright.testing.RealServers;
import io.shardwright.topology.Host;
import java.time.Duration;
import java.util.List;
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
        var said = HostSql.read(ask(leaving), List.of());

        assertThat(said.lists()).isNotEmpty();
        assertThat(said.rows()).isEqualTo(100);
        assertThat(said.tables()).containsExactly(new Table(DATABASE, "t"));
        assertThat(said.tablesOfItsOwn()).isEmpty();
    }

    @Test
    void rowsThatNoPeerHasAreToldWhateverTheyAreKeptIn() {
        servers.execute(leaving, "CREATE TABLE " + DATABASE + ".notes (x UInt8) ENGINE = TinyLog");
        servers.execute(leaving, "CREATE TABLE " + DATABASE + ".own (x UInt8) ENGINE = MergeTree ORDER BY x");
        assertThat(HostSql.tablesWithoutParts(ask(leaving))).containsExactly(new Table(DATABASE, "notes"));
        assertThat(servers.query(leaving, HostSql.anyRow(new Table(DATABASE, "notes"))))
                .isEmpty();

        servers.execute(leaving, "INSERT INTO " + DATABASE + ".notes SELECT 1");
        servers.execute(leaving, "INSERT INTO " + DATABASE + ".own SELECT 1");

        assertThat(servers.query(leaving, HostSql.anyRow(new Table(DATABASE, "notes"))))
                .hasSize(1);
        assertThat(HostSql.read(ask(leaving), List.of()).tablesOfItsOwn()).containsExactly(DATABASE + ".own");
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

    private Replicas.Findings look() {
        return replicas.look(leaving, host(1, 0), List.of(staying), DIALECT);
    }

    private List<List<String>> ask(Host host) {
        return servers.query(host, HostSql.of(host.cluster().name()));
    }

    private Host host(int shard, int replica) {
        return new Host(real.layout().cluster(), shard, replica);
    }
}
