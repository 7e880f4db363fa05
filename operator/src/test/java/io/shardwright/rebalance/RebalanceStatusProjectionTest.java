package io.shardwright.rebalance;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.shardwright.clickhouse.HostSnapshot.TableName;
import io.shardwright.crds.HoldStatus;
import io.shardwright.crds.MovePhase;
import io.shardwright.crds.PlannedMove;
import io.shardwright.crds.Rebalance;
import io.shardwright.crds.RebalancePhase;
import io.shardwright.crds.RebalanceStatus;
import io.shardwright.plan.Hold;
import io.shardwright.plan.HoldReason;
import io.shardwright.plan.Outcome;
import io.shardwright.plan.Plan;
import io.shardwright.rebalance.MoveStep.End;
import io.shardwright.topology.ClusterRef;
import io.shardwright.topology.Host;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RebalanceStatusProjectionTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:01:00Z");
    private static final Host HOST = new Host(new ClusterRef("ns", "c", "cluster.local"), 0, 0);
    private static final ReadSide SIDE =
            new ReadSide(List.of("c-0-0", "c-1-0"), Optional.of(Instant.parse("2026-01-01T00:00:30.250Z")));
    private static final CurrentMove MOVE = new CurrentMove(
            new Move("id", new TableName("nyc", "flights"), "201307", 0, 1),
            MovePhase.Switching,
            1_000,
            10,
            2,
            new Mark(77, Instant.parse("2026-01-01T00:00:20.125Z")),
            "2026-01-01T00:00:00Z",
            SIDE);

    private final Rebalance rebalance = rebalance();

    @Test
    void whatIsBegunIsReadBackAsItWasWritten() {
        rebalance.setStatus(project(decision(RebalancePhase.Moving, Map.of(), List.of(MOVE), List.of()), List.of()));

        assertThat(RebalanceStatusProjection.currentMoves(rebalance)).containsExactly(MOVE);
    }

    @Test
    void anOperatorWithoutReadSidesWroteNoneAndMeantAll() {
        var move = MOVE.with(MovePhase.Copying, 0, Mark.NONE, ReadSide.ALL);
        rebalance.setStatus(project(decision(RebalancePhase.Moving, Map.of(), List.of(move), List.of()), List.of()));

        assertThat(rebalance.getStatus().current().getFirst().readFrom()).isNull();
        assertThat(RebalanceStatusProjection.currentMoves(rebalance)).containsExactly(move);
    }

    @Test
    void countsWhatWasMovedAndHowLongTheRestTakes() {
        rebalance.setStatus(project(
                Instant.parse("2026-01-01T00:00:00Z"),
                decision(RebalancePhase.Moving, Map.of(), List.of(MOVE), List.of()),
                List.of()));

        var status = project(
                decision(
                        RebalancePhase.Moving,
                        Map.of("id", MoveStep.over(MovePhase.CleaningUp, End.MOVED)),
                        List.of(),
                        List.of(new PlannedMove("nyc.flights", "201308", 0, 1, 3_000L, 30L))),
                List.of());

        assertThat(status.current()).isEmpty();
        assertThat(status.moves()).isEqualTo("1/2");
        assertThat(status.bytesMoved()).isEqualTo(1_000);
        assertThat(status.bytesLeft()).isEqualTo(3_000);
        assertThat(status.progress()).isEqualTo("25%");
        assertThat(status.left()).isEqualTo("3m0s");
        assertThat(status.startTime()).isEqualTo("2026-01-01T00:00:00Z");
        assertThat(status.completionTime()).isNull();
    }

    @Test
    void aStepOfWhichAnActionFailedIsNotTaken() {
        rebalance.setStatus(project(decision(RebalancePhase.Moving, Map.of(), List.of(MOVE), List.of()), List.of()));
        var drop = new RebalanceAction.QueueDrop(MOVE.move(), HOST);
        var step = MoveStep.go(MovePhase.Turning, List.of(drop)).reading(ReadSide.ALL);

        var status = project(
                decision(RebalancePhase.Moving, Map.of("id", step), List.of(), List.of()),
                List.of(new Outcome.Failed<>(drop, "no answer", true)));

        assertThat(status.current().getFirst().phase()).isEqualTo(MovePhase.Switching);
        assertThat(status.history()).noneMatch(line -> line.what().startsWith("dropped"));
        assertThat(status.summary()).startsWith("Waiting").contains("no answer");
        assertThat(condition(status, "Degraded").getStatus()).isEqualTo("True");
    }

    @Test
    void whatCannotBeUndoneIsALineBeforeItIsDone() {
        var copying = MOVE.with(MovePhase.Copying, 0, Mark.NONE, ReadSide.ALL);
        rebalance.setStatus(project(decision(RebalancePhase.Moving, Map.of(), List.of(copying), List.of()), List.of()));
        var begin = MoveStep.beginSwitch(MOVE.mark());

        rebalance.setStatus(
                project(decision(RebalancePhase.Moving, Map.of("id", begin), List.of(), List.of()), List.of()));

        assertThat(rebalance.getStatus().current().getFirst().phase()).isEqualTo(MovePhase.Switching);
        assertThat(rebalance.getStatus().history()).singleElement().satisfies(line -> {
            assertThat(line.what()).isEqualTo("dropping the copy on shard 0 of nyc.flights 201307 shard 0 → 1");
            assertThat(line.verified()).contains("checksums");
        });
    }

    @Test
    void itsLineTellsItsEnd() {
        assertThat(endedBy(MoveStep.go(MovePhase.CleaningUp, List.of()))).startsWith("dropped the copy");
        assertThat(endedBy(MoveStep.go(MovePhase.Copying, List.of()))).startsWith("did not drop the copy");
        assertThat(endedBy(MoveStep.go(MovePhase.Turning, List.of()))).startsWith("dropping the copy");
    }

    private String endedBy(MoveStep step) {
        var copying = MOVE.with(MovePhase.Copying, 0, Mark.NONE, ReadSide.ALL);
        rebalance.setStatus(null);
        rebalance.setStatus(project(decision(RebalancePhase.Moving, Map.of(), List.of(copying), List.of()), List.of()));
        for (var next : List.of(MoveStep.beginSwitch(MOVE.mark()), step)) {
            rebalance.setStatus(
                    project(decision(RebalancePhase.Moving, Map.of("id", next), List.of(), List.of()), List.of()));
        }
        assertThat(rebalance.getStatus().history()).hasSize(1);
        return rebalance.getStatus().history().getFirst().what();
    }

    @Test
    void onlyTheLastLinesAreKept() {
        var rescue = new RebalanceAction.RescuePart(MOVE.move(), HOST, "201307_1_1_0");
        var decision = decision(RebalancePhase.Moving, Map.of(), List.of(), List.of());

        IntStream.range(0, 25)
                .forEach(pass -> rebalance.setStatus(project(decision, List.of(new Outcome.Done<>(rescue)))));

        assertThat(rebalance.getStatus().history()).hasSize(20).allSatisfy(line -> assertThat(line.what())
                .contains("rescue part 201307_1_1_0"));
    }

    @Test
    void waitingItsTurnIsNoTrouble() {
        var hold = new Hold(HoldReason.StillInUse, "c-0-1", "runs a query");

        var status = project(decision(RebalancePhase.Moving, Map.of(), List.of(), List.of(), hold), List.of());

        assertThat(status.holds()).singleElement().satisfies(one -> assertThat(one.reason())
                .isEqualTo("StillInUse"));
        assertThat(condition(status, "Degraded").getStatus()).isEqualTo("False");
    }

    @Test
    void whatIsOverIsReady() {
        var status = project(decision(RebalancePhase.Succeeded, Map.of(), List.of(), List.of()), List.of());

        assertThat(condition(status, "Ready").getStatus()).isEqualTo("True");
        assertThat(status.completionTime()).isEqualTo("2026-01-01T00:01:00Z");
        assertThat(status.percent()).isEqualTo(100);
    }

    @Test
    void whatIsWaitedForIsNoTroubleAndToldWhenItIsGivenUp() {
        var hold = new Hold(HoldReason.BeingWritten, "nyc.flights 201307 on shard 0", "it is being written to");
        var since = Instant.parse("2026-01-01T00:00:30Z");
        rebalance.setStatus(project(waiting(RebalancePhase.Moving, hold, since, false), List.of()));

        assertThat(RebalanceStatusProjection.waitingSince(rebalance)).contains(since);
        assertThat(rebalance.getStatus().summary()).startsWith("Waiting: nyc.flights 201307 on shard 0");
        assertThat(condition(rebalance.getStatus(), "Degraded").getStatus()).isEqualTo("False");

        rebalance.setStatus(project(waiting(RebalancePhase.Succeeded, hold, since, true), List.of()));

        assertThat(RebalanceStatusProjection.waitingSince(rebalance)).isEmpty();
        assertThat(condition(rebalance.getStatus(), "Ready").getMessage())
                .contains("Given up after 10m", "nyc.flights 201307 on shard 0");
    }

    private static RebalanceDecision waiting(RebalancePhase phase, Hold hold, Instant since, boolean isGivenUp) {
        return new RebalanceDecision(
                phase,
                Map.of(),
                List.of(),
                List.of(),
                List.of(),
                Optional.of(new Waiting(hold, Optional.of(since), isGivenUp)),
                80,
                new Plan<>(List.of(), isGivenUp ? List.of() : List.of(hold)));
    }

    @Test
    void whatIsRejectedKeepsWhatWasBegun() {
        rebalance.setStatus(project(decision(RebalancePhase.Moving, Map.of(), List.of(MOVE), List.of()), List.of()));

        rebalance.setStatus(RebalanceStatusProjection.rejected(rebalance, rebalance.getStatus(), "tables: no", NOW));

        assertThat(RebalanceStatusProjection.currentMoves(rebalance)).containsExactly(MOVE);
        assertThat(condition(rebalance.getStatus(), "Accepted").getStatus()).isEqualTo("False");
    }

    @Test
    void whatIsRejectedTellsWhatHoldsTheEndOfWhatWasBegun() {
        var hold = new Hold(HoldReason.HostUnreachable, "c-0-0", "no answer");
        rebalance.setStatus(project(decision(RebalancePhase.Moving, Map.of(), List.of(MOVE), List.of()), List.of()));
        var ending = project(decision(RebalancePhase.Paused, Map.of(), List.of(), List.of(), hold), List.of());

        var status = RebalanceStatusProjection.rejected(rebalance, ending, "tables: no", NOW);

        assertThat(status.summary()).isEqualTo("Not accepted: tables: no");
        assertThat(status.phase()).isEqualTo(RebalancePhase.Paused);
        assertThat(status.holds()).extracting(HoldStatus::subject).containsExactly("c-0-0");
    }

    private RebalanceStatus project(RebalanceDecision decision, List<Outcome<RebalanceAction>> outcomes) {
        return project(NOW, decision, outcomes);
    }

    private RebalanceStatus project(Instant now, RebalanceDecision decision, List<Outcome<RebalanceAction>> outcomes) {
        return RebalanceStatusProjection.project(rebalance, decision, outcomes, now);
    }

    private static RebalanceDecision decision(
            RebalancePhase phase,
            Map<String, MoveStep> steps,
            List<CurrentMove> begun,
            List<PlannedMove> planned,
            Hold... holds) {
        return new RebalanceDecision(
                phase, steps, begun, planned, List.of(), Optional.empty(), 5, new Plan<>(List.of(), List.of(holds)));
    }

    private static Condition condition(RebalanceStatus status, String type) {
        return status.conditions().stream()
                .filter(condition -> condition.getType().equals(type))
                .findFirst()
                .orElseThrow();
    }

    private static Rebalance rebalance() {
        var rebalance = new Rebalance();
        rebalance.setMetadata(new ObjectMetaBuilder()
                .withNamespace("ns")
                .withName("even-out")
                .withUid("uid")
                .withGeneration(1L)
                .build());
        return rebalance;
    }
}
