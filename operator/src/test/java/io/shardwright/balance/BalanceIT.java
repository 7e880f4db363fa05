package io.shardwright.balance;

import static io.shardwright.balance.Clusters.AUTOMATIC;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.shardwright.clickhouse.HostSizes;
import io.shardwright.clickhouse.HostSnapshot;
import io.shardwright.clickhouse.HostSnapshot.TableName;
import io.shardwright.clickhouse.HttpServers;
import io.shardwright.clickhouse.LatestSizes;
import io.shardwright.testing.RealServers;
import io.shardwright.topology.Host;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How unevenly real servers share what they hold, as they say themselves. */
class BalanceIT {
    private static final String DATABASE = "balance_it";
    private static final String TABLE = DATABASE + ".t";
    private static final int DAYS = 15;

    private final RealServers real = RealServers.shared();
    private final HttpServers servers =
            new HttpServers(real.directory(), Duration.ofSeconds(30), new SimpleMeterRegistry());
    private final LatestSizes sizes = new LatestSizes();

    @BeforeEach
    void createTheTable() {
        real.layout().hosts().forEach(host -> {
            servers.execute(host, "CREATE DATABASE " + DATABASE);
            servers.execute(
                    host,
                    "CREATE TABLE " + TABLE + " (d Date, x UInt64) ENGINE = ReplicatedMergeTree("
                            + "'/clickhouse/tables/{cluster}/{shard}/balance_it/t', '{replica}') PARTITION BY d ORDER BY x");
            servers.execute(
                    host,
                    "CREATE TABLE " + DATABASE + ".words (w String) ENGINE = MergeTree PARTITION BY w ORDER BY w");
        });
    }

    @AfterEach
    void dropAll() {
        real.layout().hosts().forEach(host -> servers.execute(host, "DROP DATABASE IF EXISTS " + DATABASE));
        servers.close();
    }

    @Test
    void oneShardThatHoldsAllIsReasonForARebalanceUntilTheOtherHoldsAsMuch() {
        fill(0);
        var uneven = look();

        assertThat(uneven.bytes().fullest()).isZero();
        assertThat(uneven.bytes().percent()).isCloseTo(100, within(5.0));
        assertThat(uneven.rows().percent()).isCloseTo(100, within(5.0));
        assertThat(uneven.newest())
                .hasValueSatisfying(newest -> assertThat(newest.percent()).isCloseTo(100, within(0.1)));
        assertThat(decide(BalanceMemory.NONE).memory().aboveSince()).isPresent();
        assertThat(decide(new BalanceMemory(Optional.of(Instant.EPOCH), Optional.empty()))
                        .plan()
                        .actions())
                .containsExactly(new BalanceAction.CreateRebalance("c-balance-1", 10));

        fill(1);

        assertThat(look().bytes().percent()).isLessThan(5);
        assertThat(decide(new BalanceMemory(Optional.of(Instant.EPOCH), Optional.empty()))
                        .memory()
                        .aboveSince())
                .isEmpty();
    }

    @Test
    void aHostTellsTheNewestPartitionsOfATableThatAreKnownToBeNewest() {
        fill(0);
        servers.execute(host(0, 0), "INSERT INTO " + DATABASE + ".words VALUES ('a'), ('b'), ('c'), ('d')");

        var newest = HostSnapshot.parse(servers.query(host(0, 0), HostSnapshot.SQL)).newest().stream()
                .filter(partition -> partition.table().database().equals(DATABASE))
                .toList();

        assertThat(newest)
                .hasSize(HostSnapshot.NEWEST)
                .allMatch(partition -> partition.table().equals(new TableName(DATABASE, "t")) && partition.bytes() > 0)
                .anyMatch(partition -> partition.partition().equals("20240115"))
                .noneMatch(partition -> partition.partition().equals("20240103"));
    }

    private void fill(int shard) {
        servers.execute(
                host(shard, 0),
                "INSERT INTO " + TABLE + " SELECT toDate('2024-01-01') + number % " + DAYS
                        + ", intHash64(number) FROM system.numbers LIMIT 150000");
        await().atMost(RealServers.FETCHED_WITHIN)
                .untilAsserted(() -> assertThat(servers.query(host(shard, 1), "SELECT count() FROM " + TABLE))
                        .containsExactly(List.of("150000")));
    }

    private Imbalance look() {
        real.layout()
                .hosts()
                .forEach(host ->
                        sizes.put(host, HostSnapshot.parse(servers.query(host, HostSnapshot.SQL)), Instant.now()));
        return observed().imbalance().orElseThrow();
    }

    private BalanceDecision decide(BalanceMemory memory) {
        return BalancePlanner.plan(AUTOMATIC, observed(), memory, Instant.now());
    }

    private BalanceObserved observed() {
        var known = new HashMap<Integer, HostSizes>();
        real.layout().hosts().forEach(host -> sizes.of(host, Instant.now())
                .ifPresent(size -> known.put(host.shard(), size)));
        return new BalanceObserved(new TreeSet<>(real.layout().shards()), Set.of(), false, known, List.of());
    }

    private Host host(int shard, int replica) {
        return new Host(real.layout().cluster(), shard, replica);
    }
}
