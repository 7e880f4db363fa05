package io.shardwright.rebalance;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardwright.clickhouse.Dialect;
import io.shardwright.clickhouse.HostSnapshot.TableName;
import io.shardwright.crds.RebalancePhase;
import io.shardwright.plan.Hold;
import io.shardwright.plan.HoldReason;
import io.shardwright.rebalance.HostParts.Partition;
import io.shardwright.rebalance.HostParts.PartitionName;
import io.shardwright.rebalance.RebalanceIntent.Window;
import io.shardwright.topology.ClusterRef;
import io.shardwright.topology.Host;
import io.shardwright.topology.Layout;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Rebalances of which nothing can be moved now. */
class WaitingTest {
    private static final TableName TABLE = new TableName("nyc", "flights");
    private static final TableName KEYED = new TableName("nyc", "keyed");
    private static final Layout LAYOUT =
            Layout.of(new ClusterRef("ns", "flights", "cluster.local"), new Layout.Size(2, 1));
    private static final Host FULL = LAYOUT.hosts().get(0);
    private static final Host EMPTY = LAYOUT.hosts().get(1);
    private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");
    private static final int WRITTEN = 3;
    private static final int QUIET = 1_000;

    private Set<Integer> drain = Set.of();
    private Optional<Window> window = Optional.empty();
    private boolean isPaused;

    @Test
    void aShardThatCouldBeFilledWhenTheWritingEndsIsWaitedFor() {
        var decision = plan(full(part(1, WRITTEN), part(2, WRITTEN)), empty(), Optional.empty(), NOON);

        assertThat(decision.phase()).isEqualTo(RebalancePhase.Moving);
        assertThat(decision.waiting().flatMap(Waiting::since)).contains(NOON);
        assertThat(decision.plan().holds()).singleElement().satisfies(hold -> {
            assertThat(hold.reason()).isEqualTo(HoldReason.BeingWritten);
            assertThat(hold.subject()).startsWith("nyc.flights p").endsWith(" on shard 0");
            assertThat(hold.message()).contains("until 2026-01-01T12:10:00Z");
        });
    }

    @Test
    void itGoesOnByItselfWhenTheWritingHasEnded() {
        var decision = plan(full(part(1, QUIET), part(2, WRITTEN)), empty(), Optional.of(NOON), NOON.plusSeconds(60));

        assertThat(decision.begun()).hasSize(1);
        assertThat(decision.waiting()).isEmpty();
    }

    @Test
    void whatIsWrittenToAllTheTimeIsGivenUp() {
        var parts = full(part(1, WRITTEN), part(2, WRITTEN));

        assertThat(plan(parts, empty(), Optional.of(NOON), NOON.plusSeconds(599))
                        .phase())
                .isEqualTo(RebalancePhase.Moving);
        var last = plan(parts, empty(), Optional.of(NOON), NOON.plusSeconds(600));
        assertThat(last.phase()).isEqualTo(RebalancePhase.Succeeded);
        assertThat(last.plan().holds()).isEmpty();
        assertThat(last.leftAlone()).singleElement().satisfies(left -> assertThat(left.reason())
                .isEqualTo("BeingWritten"));
    }

    @Test
    void hoursInWhichNothingMayBeginDoNotCount() {
        window = Optional.of(new Window(LocalTime.of(22, 0), LocalTime.of(6, 0), ZoneOffset.UTC));

        var decision =
                plan(full(part(1, WRITTEN), part(2, WRITTEN)), empty(), Optional.of(NOON), NOON.plusSeconds(3_600));

        assertThat(decision.phase()).isEqualTo(RebalancePhase.Moving);
        assertThat(decision.waiting().flatMap(Waiting::since)).isEmpty();
    }

    @Test
    void aPauseDoesNotCountAndIsNoEnd() {
        isPaused = true;

        var decision =
                plan(full(part(1, WRITTEN), part(2, WRITTEN)), empty(), Optional.of(NOON), NOON.plusSeconds(3_600));

        assertThat(decision.phase()).isEqualTo(RebalancePhase.Paused);
        assertThat(decision.waiting().flatMap(Waiting::since)).isEmpty();
    }

    @Test
    void aShardThatIsToBeEmptyIsWaitedForAsLongAsItTakes() {
        drain = Set.of(0);

        var decision = plan(full(part(1, WRITTEN)), empty(), Optional.of(NOON), NOON.plusSeconds(36_000));

        assertThat(decision.phase()).isEqualTo(RebalancePhase.Moving);
        assertThat(decision.plan().holds()).extracting(Hold::reason).containsExactly(HoldReason.BeingWritten);
    }

    @Test
    void whatWouldChangeLittleIsNotWaitedFor() {
        var large = new Partition(new PartitionName(KEYED, "p"), 1, 11_000, QUIET);
        var smaller = new Partition(new PartitionName(KEYED, "p"), 1, 8_900, QUIET);

        var decision = plan(
                full(large, part(1, WRITTEN)), known(EMPTY, Set.of(TABLE), Set.of(), smaller), Optional.empty(), NOON);

        assertThat(decision.phase()).isEqualTo(RebalancePhase.Succeeded);
    }

    @Test
    void mergesAreWaitedForByTheirName() {
        var busy = known(
                FULL,
                Set.of(TABLE),
                Set.of(new PartitionName(TABLE, "p1"), new PartitionName(TABLE, "p2")),
                part(1, QUIET),
                part(2, QUIET));

        assertThat(plan(busy, empty(), Optional.empty(), NOON).plan().holds())
                .extracting(Hold::reason)
                .containsExactly(HoldReason.Busy);
    }

    @Test
    void aHostThatHasNotItsTablesYetIsWaitedFor() {
        var newborn = known(EMPTY, Set.of(), Set.of());

        var decision = plan(full(part(1, QUIET), part(2, QUIET)), newborn, Optional.empty(), NOON);

        assertThat(decision.phase()).isEqualTo(RebalancePhase.Moving);
        assertThat(decision.plan().holds()).extracting(Hold::reason).containsExactly(HoldReason.TableNotReady);
    }

    private static HostParts full(Partition... partitions) {
        return known(FULL, Set.of(TABLE), Set.of(), partitions);
    }

    private static HostParts empty() {
        return known(EMPTY, Set.of(TABLE), Set.of());
    }

    private static Partition part(int number, int quietSeconds) {
        return new Partition(new PartitionName(TABLE, "p" + number), 1, 100, quietSeconds);
    }

    private static HostParts known(Host host, Set<TableName> tables, Set<PartitionName> busy, Partition... partitions) {
        return new HostParts.Known(
                host, tables, Set.of(), List.of(partitions), busy, Map.of(), 0, OptionalLong.empty());
    }

    private RebalanceDecision plan(HostParts full, HostParts empty, Optional<Instant> waitingSince, Instant now) {
        var intent = new RebalanceIntent(
                "ns",
                "even",
                "uid",
                "flights",
                false,
                isPaused,
                drain,
                Map.of(),
                10,
                RebalanceIntent.Tables.ALL,
                OptionalLong.empty(),
                1,
                window,
                false);
        var cluster = new ClusterFacts(
                LAYOUT, Set.copyOf(LAYOUT.hosts()), Set.of(), 1_000_000, Dialect.of("18.16.1"), Optional.empty());
        var observed = new RebalanceObserved(
                Optional.of(cluster),
                List.of(full, empty),
                Set.of(KEYED),
                Map.of(),
                Map.of(),
                Optional.empty(),
                Readers.NOT_ASKED);
        return RebalancePlanner.plan(intent, observed, List.of(), waitingSince, true, now);
    }
}
