package io.shardwright.rebalance;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardwright.clickhouse.Dialect;
import io.shardwright.clickhouse.HostSnapshot.TableName;
import io.shardwright.crds.MovePhase;
import io.shardwright.crds.RebalancePhase;
import io.shardwright.plan.Hold;
import io.shardwright.plan.HoldReason;
import io.shardwright.plan.Outcome;
import io.shardwright.rebalance.HostParts.Partition;
import io.shardwright.rebalance.HostParts.PartitionName;
import io.shardwright.rebalance.MoveObserved.Copy;
import io.shardwright.rebalance.MoveObserved.Memory;
import io.shardwright.rebalance.MoveObserved.Part;
import io.shardwright.rebalance.MoveObserved.Source;
import io.shardwright.rebalance.MoveObserved.Target;
import io.shardwright.rebalance.Readers.Reader;
import io.shardwright.topology.ClusterRef;
import io.shardwright.topology.Host;
import io.shardwright.topology.Layout;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RebalancePlannerTest {
    private static final TableName TABLE = new TableName("nyc", "flights");
    private static final Layout LAYOUT =
            Layout.of(new ClusterRef("ns", "flights", "cluster.local"), new Layout.Size(2, 1));
    private static final Host FULL = LAYOUT.hosts().get(0);
    private static final Host EMPTY = LAYOUT.hosts().get(1);
    private static final long VOLUME = 1_000;
    private static final ClusterFacts CLUSTER = new ClusterFacts(
            LAYOUT, Set.copyOf(LAYOUT.hosts()), Set.of(), VOLUME, Dialect.of("18.16.1"), Optional.empty());
    private static final CurrentMove MOVE = new CurrentMove(
            new Move("id", TABLE, "p1", 0, 1), MovePhase.Copying, 100, 1, 1, Mark.NONE, "since", ReadSide.ALL);

    @Test
    void whatDoesNotFitIsHeldAndNotOver() {
        var decision = plan(List.of(host(FULL, 4, Set.of(), 400), host(EMPTY, 0, Set.of(), 850)), List.of(), Map.of());

        assertThat(decision.begun()).isEmpty();
        assertThat(decision.phase()).isEqualTo(RebalancePhase.Moving);
        assertThat(decision.plan().holds()).singleElement().satisfies(hold -> {
            assertThat(hold.reason()).isEqualTo(HoldReason.NotEnoughSpace);
            assertThat(hold.subject()).isEqualTo("shard 1");
            assertThat(hold.message()).contains("200 should go there").contains("room for 50,");
        });
    }

    @Test
    void whatFitsIsMovedMeanwhile() {
        var decision = plan(List.of(host(FULL, 4, Set.of(), 400), host(EMPTY, 0, Set.of(), 750)), List.of(), Map.of());

        assertThat(decision.begun()).hasSize(1);
        assertThat(decision.plan().holds()).extracting(Hold::reason).containsExactly(HoldReason.NotEnoughSpace);
    }

    @Test
    void whatIsBalancedWaitsForNoRoom() {
        var decision = plan(List.of(host(FULL, 2, Set.of(), 900), host(EMPTY, 2, Set.of(), 950)), List.of(), Map.of());

        assertThat(decision.phase()).isEqualTo(RebalancePhase.Succeeded);
        assertThat(decision.plan().holds()).isEmpty();
    }

    @Test
    void aTableThatTakesNoWritesIsWaitedForAndNotTakenForMissing() {
        var decision =
                plan(List.of(host(FULL, 4, Set.of(TABLE), 400), host(EMPTY, 0, Set.of(), 0)), List.of(), Map.of());

        assertThat(decision.begun()).isEmpty();
        assertThat(decision.phase()).isEqualTo(RebalancePhase.Moving);
        assertThat(decision.plan().holds()).singleElement().satisfies(hold -> {
            assertThat(hold.reason()).isEqualTo(HoldReason.CoordinationUnreachable);
            assertThat(hold.subject()).isEqualTo(FULL.name());
        });
    }

    @Test
    void nothingBeginsOnAClusterThatIsNotAcceptedAndWhatWasBegunGoesOn() {
        var rejected = new ClusterFacts(
                LAYOUT,
                Set.copyOf(LAYOUT.hosts()),
                Set.of(),
                VOLUME,
                Dialect.of("18.16.1"),
                Optional.of("coordination.endpoints: no"));
        var hosts = List.of(host(FULL, 4, Set.of(), 400), host(EMPTY, 0, Set.of(), 0));

        var idle = plan(rejected, hosts, List.of(), Map.of(), Instant.EPOCH);
        var moving = plan(rejected, hosts, List.of(MOVE), Map.of("id", observed(Copy.NONE)), Instant.EPOCH);

        assertThat(idle.begun()).isEmpty();
        assertThat(idle.phase()).isEqualTo(RebalancePhase.Moving);
        assertThat(idle.plan().holds()).singleElement().satisfies(hold -> {
            assertThat(hold.reason()).isEqualTo(HoldReason.ClusterNotAccepted);
            assertThat(hold.message()).contains("coordination.endpoints: no");
        });
        assertThat(moving.plan().actions()).singleElement().isInstanceOf(RebalanceAction.CopyPartition.class);
    }

    @Test
    void aCopyThatFailsIsTriedAgain() {
        var moves = List.of(MOVE);
        for (int pass = 0; pass < 10; pass++) {
            var decision = planMove(moves, new Copy(false, Optional.of("no space left")));

            assertThat(decision.plan().actions()).singleElement().isInstanceOf(RebalanceAction.CopyPartition.class);
            assertThat(decision.plan().holds()).singleElement().satisfies(hold -> assertThat(hold.message())
                    .contains("no space left"));
            moves = MoveLedger.after(
                            moves,
                            decision,
                            decision.plan().actions().stream()
                                    .<Outcome<RebalanceAction>>map(Outcome.Done::new)
                                    .toList())
                    .current();
            assertThat(moves).containsExactly(MOVE);
        }
    }

    @Test
    void aCopyThatFailedTooOftenIsGivenUp() {
        var decision = planMove(List.of(MOVE), new Copy(false, false, 5, Optional.of("Replica already exists")));

        assertThat(decision.plan().actions()).noneMatch(RebalanceAction.CopyPartition.class::isInstance);
        assertThat(MoveLedger.after(List.of(MOVE), decision, List.of()).current())
                .doesNotContain(MOVE);
    }

    @Test
    void whatWasGivenUpIsPlannedAnewUnderAnotherName() {
        var hosts = List.of(host(FULL, 4, Set.of(), 400), host(EMPTY, 0, Set.of(), 750));

        var first =
                plan(CLUSTER, hosts, List.of(), Map.of(), Instant.EPOCH).begun().getFirst();
        var again = plan(CLUSTER, hosts, List.of(), Map.of(), Instant.EPOCH.plusSeconds(30))
                .begun()
                .getFirst();

        assertThat(again.move().partition()).isEqualTo(first.move().partition());
        assertThat(again.move().staging()).isNotEqualTo(first.move().staging());
    }

    @Test
    void aCopyThatFailedRestsFirst() {
        var decision = planMove(List.of(MOVE), new Copy(false, true, 1, Optional.of("no space left")));

        assertThat(decision.plan().actions()).isEmpty();
        assertThat(decision.plan().holds()).extracting(Hold::reason).containsExactly(HoldReason.CopyFailed);
    }

    @Test
    void aStatementThatDoesNotEndIsToldWithWhatToDo() {
        var observed = observed(new Copy(true, Optional.empty()));
        var hanging = new Target.Known(
                EMPTY,
                false,
                List.of(),
                List.of(),
                false,
                false,
                true,
                Optional.empty(),
                Optional.of("CREATE TABLE nyc._move_id, for 75 s"));
        var stuck = new MoveObserved(
                observed.source(), List.of(hanging), observed.copy(), Memory.NOT_TAKEN, Mark.NONE, false);

        var decision = plan(
                CLUSTER,
                List.of(host(FULL, 1, Set.of(), 100), host(EMPTY, 0, Set.of(), 0)),
                List.of(MOVE),
                Map.of("id", stuck),
                Instant.EPOCH);

        assertThat(decision.plan().actions()).isEmpty();
        assertThat(decision.plan().holds()).singleElement().satisfies(hold -> {
            assertThat(hold.reason()).isEqualTo(HoldReason.CopyFailed);
            assertThat(hold.subject()).isEqualTo(EMPTY.name());
            assertThat(hold.message()).contains("CREATE TABLE nyc._move_id, for 75 s", "delete pod flights-1-0-0");
        });
    }

    /** A shard that came is listed by one server after the other. */
    @Test
    void nothingChangesShardsBeforeEveryServerReadsFromTheTarget() {
        var blind = planCopied(new Reader.Known(FULL, Set.of(FULL), Duration.ZERO));

        assertThat(blind.steps().get("id").phase()).isEqualTo(MovePhase.Copying);
        assertThat(blind.plan().holds()).singleElement().satisfies(hold -> {
            assertThat(hold.reason()).isEqualTo(HoldReason.PeerNotReady);
            assertThat(hold.message()).contains("flights-0-0 does not read from shard 1 yet");
        });
        assertThat(planCopied(new Reader.Known(FULL, Set.of(FULL, EMPTY), Duration.ZERO))
                        .steps()
                        .get("id")
                        .phase())
                .isEqualTo(MovePhase.Switching);
    }

    /** It may be down for good. */
    @Test
    void aServerThatDoesNotSayWhatItReadsFromIsNotWaitedFor() {
        var decision = planCopied(new Reader.Unknown(FULL, "away"));

        assertThat(decision.steps().get("id").phase()).isEqualTo(MovePhase.Switching);
    }

    private static RebalanceDecision planCopied(Reader reader) {
        var copying = observed(Copy.NONE);
        var copied = new Target.Known(EMPTY, false, List.of(), List.of("sum"), false, false, false);
        var move = new MoveObserved(copying.source(), List.of(copied), Copy.NONE, Memory.NOT_TAKEN, Mark.NONE, false);
        return plan(
                CLUSTER,
                List.of(host(FULL, 1, Set.of(), 100), host(EMPTY, 0, Set.of(), 0)),
                List.of(MOVE),
                Map.of("id", move),
                new Readers(Instant.EPOCH, Instant.EPOCH, List.of(reader)),
                Instant.EPOCH);
    }

    private static RebalanceDecision planMove(List<CurrentMove> moves, Copy copy) {
        return plan(
                List.of(host(FULL, 1, Set.of(), 100), host(EMPTY, 0, Set.of(), 0)),
                moves,
                Map.of("id", observed(copy)));
    }

    private static MoveObserved observed(Copy copy) {
        var source = new Source.Known(
                FULL,
                true,
                true,
                false,
                List.of(new Part("p1_0_0_0", 0, 0, 1, "sum")),
                List.of(),
                OptionalLong.empty());
        var target = new Target.Known(EMPTY, false, List.of(), List.of(), false, false, false);
        return new MoveObserved(List.of(source), List.of(target), copy, Memory.NOT_TAKEN, Mark.NONE, false);
    }

    private static RebalanceDecision plan(
            List<HostParts> hosts, List<CurrentMove> current, Map<String, MoveObserved> moves) {
        return plan(CLUSTER, hosts, current, moves, Instant.EPOCH);
    }

    private static RebalanceDecision plan(
            ClusterFacts cluster,
            List<HostParts> hosts,
            List<CurrentMove> current,
            Map<String, MoveObserved> moves,
            Instant now) {
        return plan(cluster, hosts, current, moves, Readers.NOT_ASKED, now);
    }

    private static RebalanceDecision plan(
            ClusterFacts cluster,
            List<HostParts> hosts,
            List<CurrentMove> current,
            Map<String, MoveObserved> moves,
            Readers readers,
            Instant now) {
        var intent = new RebalanceIntent(
                "ns",
                "even",
                "uid",
                "flights",
                false,
                false,
                Set.of(),
                Map.of(),
                10,
                new RebalanceIntent.Tables(List.of(), List.of(), List.of()),
                OptionalLong.empty(),
                1,
                Optional.empty(),
                false);
        var observed = new RebalanceObserved(
                Optional.of(cluster), hosts, Set.of(), moves, Map.of(), Optional.empty(), readers);
        return RebalancePlanner.plan(intent, observed, current, Optional.empty(), true, now);
    }

    /** @param partitions how many, of 100 bytes each */
    private static HostParts host(Host host, int partitions, Set<TableName> readOnly, long used) {
        var parts = IntStream.rangeClosed(1, partitions)
                .mapToObj(number -> new Partition(
                        new PartitionName(TABLE, (host.shard() == 0 ? "p" : "q") + number), 1, 100, 1_000))
                .toList();
        return new HostParts.Known(
                host, Set.of(TABLE), readOnly, parts, Set.of(), Map.of(), used, OptionalLong.empty());
    }
}
