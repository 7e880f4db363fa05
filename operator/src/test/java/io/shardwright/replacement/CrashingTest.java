package io.shardwright.replacement;

import static io.shardwright.replacement.Replicas.FIRST;
import static io.shardwright.replacement.Replicas.NOW;
import static io.shardwright.replacement.Replicas.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import io.shardwright.crds.ReplacementPhase;
import io.shardwright.holdings.HostContents.TableId;
import io.shardwright.plan.Hold;
import io.shardwright.plan.HoldReason;
import io.shardwright.replacement.ReplacementAction.DeleteClaim;
import io.shardwright.replacement.ReplacementAction.DeletePod;
import io.shardwright.replacement.ReplacementObserved.Answer;
import io.shardwright.replacement.ReplacementObserved.Node;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Servers that keep ending by themselves. */
final class CrashingTest {
    private static final Optional<String> NO_DOUBT = Optional.empty();

    private final Replicas shard = new Replicas();

    @Test
    void whoKeepsEndingIsWaitedForAndTellsWhy() {
        shard.crashing(SECOND, NO_DOUBT)
                .known(SECOND, "202401_0_0_0")
                .was(SECOND, ReplacementPhase.Starting, "Crashing");

        var verdict = shard.judge(SECOND);
        assertThat(verdict.phase()).isEqualTo(ReplacementPhase.Starting);
        assertThat(verdict.reason()).isEqualTo("Crashing");
        assertThat(verdict.message()).contains("lasts for 10m", "Syntax error");
        assertThat(verdict.actions()).isEmpty();
        assertThat(verdict.holds()).isEmpty();
    }

    @Test
    void whoKeepsEndingForLongIsReplaced() {
        shard.after = Optional.of(Duration.ofSeconds(30));
        shard.crashing(SECOND, NO_DOUBT)
                .known(SECOND, "202401_0_0_0")
                .was(SECOND, ReplacementPhase.Starting, "Crashing");
        var announced = shard.judge(SECOND);
        assertThat(announced.phase()).isEqualTo(ReplacementPhase.Replacing);
        assertThat(announced.message()).contains("Syntax error");
        assertThat(announced.actions()).isEmpty();
        assertThat(announced.note()).isPresent();

        shard.after = Optional.of(Duration.ofMinutes(10));
        shard.was(SECOND, ReplacementPhase.Replacing, "Crashing");
        assertThat(shard.judge(SECOND).actions())
                .containsExactly(new DeleteClaim(SECOND, "claim"), new DeletePod(SECOND, "uid of c-0-1", false));
    }

    @Test
    void itIsAskedFirstIfTheSpecSaysSo() {
        shard.after = Optional.empty();
        shard.crashing(SECOND, NO_DOUBT)
                .known(SECOND, "202401_0_0_0")
                .was(SECOND, ReplacementPhase.Starting, "Crashing");

        assertHeld(shard.judge(SECOND), HoldReason.ReplacementNeedsApproval, "Syntax error");
    }

    @Test
    void whatItsVolumeMayNotBeToBlameForCostsNoVolume() {
        shard.after = Optional.of(Duration.ofSeconds(30));
        shard.crashing(SECOND, Optional.of("c-1-0-0 keeps ending too"))
                .known(SECOND, "202401_0_0_0")
                .was(SECOND, ReplacementPhase.Starting, "Crashing");

        assertHeld(shard.judge(SECOND), HoldReason.ReplacementNeedsApproval, "c-1-0-0 keeps ending too");
    }

    @Test
    void whatOnlyItHasIsKept() {
        shard.after = Optional.of(Duration.ofSeconds(30));
        shard.crashing(SECOND, NO_DOUBT)
                .known(SECOND, "202401_7_7_0")
                .was(SECOND, ReplacementPhase.Starting, "Crashing");

        assertHeld(shard.judge(SECOND), HoldReason.LastGoodCopy, "202401_7_7_0");
        shard.was(SECOND, ReplacementPhase.Lost, "LastGoodCopy");
        assertHeld(shard.judge(SECOND), HoldReason.LastGoodCopy, "202401_7_7_0");
    }

    @Test
    void rowsThatOnlyItMayHaveAreNotGivenUpUnasked() {
        shard.after = Optional.of(Duration.ofSeconds(30));
        shard.crashing(SECOND, NO_DOUBT)
                .known(SECOND, "202401_0_0_0")
                .was(SECOND, ReplacementPhase.Starting, "Crashing");
        var id = new TableId("nyc", "plain");
        shard.answers.put(FIRST, with(id, "View"));
        assertThat(shard.judge(SECOND).phase()).isEqualTo(ReplacementPhase.Replacing);

        shard.answers.put(FIRST, with(id, "MergeTree"));
        assertHeld(shard.judge(SECOND), HoldReason.ReplacementNeedsApproval, "nyc.plain is not replicated");
    }

    private static Answer.Said with(TableId id, String engine) {
        return Replicas.and(Replicas.said(Replicas.parts("202401_0_0_0")), id, engine, "");
    }

    @Test
    void theLastOneIsKept() {
        shard.after = Optional.of(Duration.ofSeconds(30));
        shard.down(FIRST).crashing(SECOND, NO_DOUBT).known(SECOND).was(SECOND, ReplacementPhase.Starting, "Crashing");

        assertHeld(shard.judge(SECOND), HoldReason.LastReplicaInService, "Syntax error");
    }

    @Test
    void aNewVolumeIsNotGivenUpAgain() {
        shard.after = Optional.of(Duration.ofSeconds(30));
        shard.crashing(SECOND, NOW.minusSeconds(50), NO_DOUBT).known(SECOND, "202401_0_0_0");
        for (var phase : new ReplacementPhase[] {ReplacementPhase.Replacing, ReplacementPhase.RestoringSchema}) {
            shard.was(SECOND, phase, "Crashing");

            assertThat(shard.judge(SECOND).actions()).isEmpty();
            assertThat(shard.judge(SECOND).note()).isEmpty();
            assertThat(shard.judge(SECOND).phase()).isEqualTo(phase);
            assertThat(shard.judge(SECOND).message()).contains("Syntax error");
        }
    }

    /** The status began to say another thing when its volume was to go, and never got further. */
    @Test
    void whatCannotLeaveANodeThatIsGoneIsGivenUpOnceThatIsTold() {
        shard.down(SECOND)
                .known(SECOND, "202401_0_0_0")
                .onNode(SECOND, new Node("n2", Optional.empty(), true, false))
                .was(SECOND, ReplacementPhase.Replacing, "NodeAway");

        assertThat(shard.judge(SECOND).actions())
                .containsExactly(new DeleteClaim(SECOND, "claim"), new DeletePod(SECOND, "uid of c-0-1", true));
    }

    private static void assertHeld(Verdict verdict, HoldReason reason, String words) {
        assertThat(verdict.actions()).isEmpty();
        assertThat(verdict.note()).isEmpty();
        assertThat(verdict.holds()).extracting(Hold::reason).containsExactly(reason);
        assertThat(verdict.message()).contains(words);
    }
}
