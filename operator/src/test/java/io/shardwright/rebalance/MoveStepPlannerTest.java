package io.shardwright.rebalance;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardwright.clickhouse.HostSnapshot.TableName;
import io.shardwright.crds.MovePhase;
import io.shardwright.plan.Hold;
import io.shardwright.plan.HoldReason;
import io.shardwright.rebalance.MoveObserved.Copy;
import io.shardwright.rebalance.MoveObserved.Memory;
import io.shardwright.rebalance.MoveObserved.Part;
import io.shardwright.rebalance.MoveObserved.Source;
import io.shardwright.rebalance.MoveObserved.Target;
import io.shardwright.rebalance.MoveStepPlanner.Wish;
import io.shardwright.topology.ClusterRef;
import io.shardwright.topology.Host;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** How a user ends a switch of which the target does not remember whether it took the rows. */
class MoveStepPlannerTest {
    private static final ClusterRef CLUSTER = new ClusterRef("ns", "c", "cluster.local");
    private static final Move MOVE = new Move("1", new TableName("db", "t"), "p", 0, 1);
    private static final Part COPIED = new Part("p_1_1_0", 1, 1, 10, "copied");
    private static final Part LATE = new Part("p_2_2_0", 2, 2, 1, "late");
    private static final OptionalLong DROP = OptionalLong.of(2);
    private static final OptionalLong NO_DROP = OptionalLong.empty();

    @Test
    void asksAUserToLookWhenTheTargetDoesNotRemember() {
        var step = plan(sources(DROP, COPIED), targets("copied"), Memory.FORGOTTEN);

        assertThat(step.actions()).isEmpty();
        assertThat(step.holds()).extracting(Hold::reason).containsExactly(HoldReason.RowsAlreadyPresent);
    }

    @Test
    void asksOnlyOnceLateRowsAreSafe() {
        var step = plan(sources(DROP, COPIED, LATE), targets("copied"), Memory.FORGOTTEN);

        assertThat(step.actions()).hasOnlyElementsOfType(RebalanceAction.RescuePart.class);
        assertThat(step.holds()).isEmpty();
    }

    @Test
    void waitsForALatePartThatAReplicaMayStillHave() {
        var awaiting = awaiting(host(0, 1));

        assertThat(plan(List.of(new Source.Unknown(host(0, 0), "away"), awaiting), targets("copied"), Memory.NOT_TAKEN)
                        .holds())
                .extracting(Hold::reason)
                .contains(HoldReason.HostUnreachable);
        assertThat(plan(List.of(sources(DROP, COPIED).getFirst(), awaiting), targets("copied"), Memory.NOT_TAKEN)
                        .holds())
                .as("it may have come after the look")
                .extracting(Hold::reason)
                .containsExactly(HoldReason.HostUnreachable);
    }

    @Test
    void goesOnWhenTheReplicaThatHadALatePartHasCarriedTheDropOut() {
        var sources = List.of(sources(NO_DROP).getFirst(), awaiting(host(0, 1)));

        var step = plan(sources, targets("copied"), Memory.NOT_TAKEN);

        assertThat(step.actions()).contains(new RebalanceAction.AttachPartition(MOVE, host(1, 0)));
        assertThat(step.holds()).isEmpty();
    }

    @Test
    void keepsTheRowsOfTheSourceWhenTheCopyWasDroppedAndTheirDropIsStillQueued() {
        var step = plan(sources(DROP, COPIED), targets(), Memory.NOT_TAKEN);

        assertThat(step.phase()).isEqualTo(MovePhase.Switching);
        assertThat(step.actions()).isEmpty();
        assertThat(step.holds()).extracting(Hold::reason).containsExactly(HoldReason.LastGoodCopy);
        assertThat(step.holds().getFirst().message()).contains("SYSTEM START REPLICATION QUEUES db.t");
    }

    @Test
    void beginsAnewWhenNeitherTheCopyNorADropIsLeft() {
        var step = plan(sources(NO_DROP, LATE), targets(), Memory.NOT_TAKEN);

        assertThat(step.phase()).isEqualTo(MovePhase.Copying);
        assertThat(step.actions())
                .containsExactly(
                        new RebalanceAction.StartQueue(MOVE, host(0, 0)),
                        new RebalanceAction.StartQueue(MOVE, host(0, 1)));
        assertThat(step.holds()).isEmpty();
        assertThat(step.side()).contains(ReadSide.ALL);
    }

    @Test
    void doesNotTakeTheCopyForGoneWhileAReplicaDoesNotAnswer() {
        var away = new Target.Unknown(host(1, 1), "away");
        var targets = List.of(targets().getFirst(), away);

        var step = plan(sources(NO_DROP), targets, Memory.NOT_TAKEN);

        assertThat(step.phase()).isEqualTo(MovePhase.Switching);
        assertThat(step.actions()).isEmpty();
        assertThat(step.holds())
                .extracting(Hold::reason)
                .containsExactly(HoldReason.LastGoodCopy, HoldReason.HostUnreachable);
    }

    @Test
    void doesNotTakeTheDropForGoneWhileAReplicaDoesNotAnswer() {
        var away = new Source.Unknown(host(0, 1), "away");
        var sources = List.of(sources(NO_DROP).getFirst(), away);

        var step = plan(sources, targets(), Memory.NOT_TAKEN);

        assertThat(step.phase()).isEqualTo(MovePhase.Switching);
        assertThat(step.actions()).isEmpty();
    }

    @Test
    void beginsASwitchAnewThatQueuedNoDropBeforeTheTargetForgot() {
        var step = plan(sources(NO_DROP, COPIED), targets("copied"), Memory.FORGOTTEN);

        assertThat(step.phase()).isEqualTo(MovePhase.Copying);
        assertThat(step.actions()).hasOnlyElementsOfType(RebalanceAction.StartQueue.class);
    }

    private static MoveStep plan(List<Source> sources, List<Target> targets, Memory memory) {
        return MoveStepPlanner.plan(
                MOVE,
                MovePhase.Switching,
                new MoveObserved(sources, targets, Copy.NONE, memory, Mark.NONE, false),
                new Wish(true, 1, Optional.empty(), Reading.OVERLAP),
                MoveRule.ALL);
    }

    private static List<Source> sources(OptionalLong dropsUpTo, Part... parts) {
        return Stream.of(host(0, 0), host(0, 1))
                .<Source>map(host -> new Source.Known(host, true, true, false, List.of(parts), List.of(), dropsUpTo))
                .toList();
    }

    /** The late part is still to be fetched there, and the drop is queued. */
    private static Source awaiting(Host host) {
        return new Source.Known(host, true, false, false, List.of(COPIED), List.of(LATE.name()), DROP);
    }

    private static List<Target> targets(String... staged) {
        var tables = staged.length == 0 ? List.<String>of() : List.of(MOVE.staging());
        return Stream.of(host(1, 0), host(1, 1))
                .<Target>map(host -> new Target.Known(host, false, tables, List.of(staged), false, false, false))
                .toList();
    }

    private static Host host(int shard, int replica) {
        return new Host(CLUSTER, shard, replica);
    }
}
