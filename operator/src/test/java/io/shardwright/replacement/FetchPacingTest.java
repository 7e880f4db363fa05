package io.shardwright.replacement;

import static io.shardwright.replacement.Replicas.FIRST;
import static io.shardwright.replacement.Replicas.NOW;
import static io.shardwright.replacement.Replicas.SECOND;
import static io.shardwright.replacement.Replicas.empty;
import static io.shardwright.replacement.Replicas.parts;
import static io.shardwright.replacement.Replicas.said;
import static org.assertj.core.api.Assertions.assertThat;

import io.shardwright.crds.FetchLimitStatus;
import io.shardwright.crds.ReplacementHostStatus;
import io.shardwright.crds.ReplacementPhase;
import io.shardwright.crds.ReplacementStatus;
import io.shardwright.plan.Outcome;
import io.shardwright.replacement.ReplacementAction.Admit;
import io.shardwright.replacement.ReplacementAction.RestoreTable;
import io.shardwright.replacement.ReplacementAction.StartQueues;
import io.shardwright.replacement.ReplacementAction.StopQueues;
import io.shardwright.replacement.ReplacementObserved.Answer;
import io.shardwright.replacement.ReplacementObserved.Before;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A part has 100 bytes. */
final class FetchPacingTest {
    private static final StopQueues STOP = new StopQueues(SECOND, "uid of c-0-1", "1");
    private static final StartQueues START = new StartQueues(SECOND);

    private final Replicas shard = new Replicas();

    FetchPacingTest() {
        shard.bytesPerSecond = Optional.of(10L);
        shard.outside(SECOND).answers.put(FIRST, said(parts("202401_0_0_0", "202401_1_1_0", "202401_2_2_0")));
    }

    // While it catches up

    @Test
    void theLimitIsToldBeforeAQueueIsStopped() {
        shard.was(SECOND, ReplacementPhase.CatchingUp, "Behind");

        var verdict = shard.judge(SECOND);

        assertThat(verdict.actions()).isEmpty();
        assertThat(limitAfter(verdict, List.of())).contains(new FetchLimit(10, NOW, 100));
        assertThat(verdict.pace().orElseThrow().nextLook()).isZero();
    }

    @Test
    void whoHasFetchedMoreThanItMayBeginsNothing() {
        toldOf(new FetchLimit(10, NOW.minusSeconds(4), 0));

        var verdict = shard.judge(SECOND);

        assertThat(verdict.actions()).containsExactly(STOP);
        assertThat(verdict.phase()).isEqualTo(ReplacementPhase.CatchingUp);
        assertThat(verdict.reason()).isEqualTo("Throttled");
        assertThat(verdict.message())
                .isEqualTo(
                        "its replica of nyc.flights lacks 2 parts; it fetches at most 10 per second and begins nothing"
                                + " for 6s");
        assertThat(verdict.pace().orElseThrow().nextLook()).isEqualTo(Duration.ofSeconds(6));
    }

    @Test
    void whoMayFetchAgainBeginsForAMoment() {
        toldOf(new FetchLimit(10, NOW.minusSeconds(11), 0));

        var verdict = shard.judge(SECOND);

        assertThat(verdict.actions()).containsExactly(START, STOP);
        assertThat(verdict.reason()).isEqualTo("Behind");
    }

    @Test
    void whoIsFarBehindTheLimitIsLeftAlone() {
        toldOf(new FetchLimit(10, NOW.minusSeconds(12), 0));

        var verdict = shard.judge(SECOND);

        assertThat(verdict.actions()).containsExactly(START);
        assertThat(limitAfter(verdict, List.of()))
                .as("no more than that is saved up")
                .contains(new FetchLimit(10, NOW.minusSeconds(2), 100));
    }

    @Test
    void theTimeInWhichNothingComesIsNotSavedUp() {
        toldOf(new FetchLimit(10, NOW.minusSeconds(9), 100), NOW.minusSeconds(9));

        var verdict = shard.judge(SECOND);

        assertThat(verdict.actions()).containsExactly(START, STOP);
        assertThat(limitAfter(verdict, List.of())).contains(new FetchLimit(10, NOW, 100));
    }

    /** Of a server that begins nothing in a moment. */
    @Test
    void whereNothingComesForLongQueuesRun() {
        toldOf(new FetchLimit(10, NOW.minusSeconds(15), 100), NOW.minusSeconds(15));

        assertThat(shard.judge(SECOND).actions()).containsExactly(START);
    }

    @Test
    void whatItHadWhenTheLimitWasSetDoesNotCount() {
        toldOf(new FetchLimit(10, NOW, 50));

        assertThat(shard.judge(SECOND).pace().orElseThrow().nextLook()).isEqualTo(Duration.ofSeconds(5));
    }

    @Test
    void anotherLimitCountsFromNow() {
        toldOf(new FetchLimit(1, NOW.minusSeconds(60), 0));

        assertThat(shard.judge(SECOND).pace().orElseThrow().limit()).isEqualTo(new FetchLimit(10, NOW, 100));
    }

    @Test
    void aVolumeThatIsNewAgainCountsFromNow() {
        toldOf(new FetchLimit(10, NOW.minusSeconds(60), 5_000));

        assertThat(shard.judge(SECOND).pace().orElseThrow().limit()).isEqualTo(new FetchLimit(10, NOW, 100));
    }

    @Test
    void theLimitHoldsWhileAPeerIsAway() {
        toldOf(new FetchLimit(10, NOW, 0));
        shard.answers.put(FIRST, new Answer.Silent("timed out"));

        var verdict = shard.judge(SECOND);

        assertThat(verdict.message()).startsWith("a peer that it is to be compared with does not answer; ");
        assertThat(verdict.actions()).containsExactly(STOP);
    }

    @Test
    void withoutALimitNothingIsDone() {
        shard.bytesPerSecond = Optional.empty();
        shard.was(SECOND, ReplacementPhase.CatchingUp, "Behind");

        assertThat(shard.judge(SECOND).actions()).isEmpty();
        assertThat(shard.judge(SECOND).pace()).isEmpty();
    }

    @Test
    void whoOnlyRestartedIsNotLimited() {
        shard.was(SECOND, ReplacementPhase.Starting, "Behind");

        assertThat(shard.judge(SECOND).actions()).isEmpty();
        assertThat(shard.judge(SECOND).pace()).isEmpty();
    }

    // While its tables are made

    @Test
    void whatComesWhileTablesAreMadeCounts() {
        shard.emptied(SECOND).known(SECOND).was(SECOND, ReplacementPhase.RestoringSchema, "Schema");

        assertThat(limitAfter(shard.judge(SECOND), List.of())).contains(new FetchLimit(10, NOW, 0));

        told(ReplacementPhase.RestoringSchema, new FetchLimit(10, NOW.minusSeconds(60), 0));
        shard.answers.put(SECOND, said(parts("202401_0_0_0")));
        var verdict = shard.judge(SECOND);

        assertThat(verdict.phase()).isEqualTo(ReplacementPhase.CatchingUp);
        assertThat(verdict.actions()).containsExactly(STOP);
        assertThat(limitAfter(verdict, List.of())).contains(new FetchLimit(10, NOW, 0));
    }

    @Test
    void queuesRunWhileTablesAreMade() {
        shard.emptied(SECOND).known(SECOND);
        told(ReplacementPhase.RestoringSchema, new FetchLimit(10, NOW, 0));

        assertThat(shard.judge(SECOND).actions()).startsWith(START).hasSizeGreaterThan(1);
    }

    /** What the one that is let in reads from is asked from the next pass on. */
    @Test
    void tablesAreNotMadeInThePassInWhichAnotherIsLetIn() {
        shard.outside(FIRST).emptied(SECOND).known(SECOND);
        shard.answers.put(SECOND, Replicas.without(Replicas.NAME, true));
        shard.was(SECOND, ReplacementPhase.RestoringSchema, "Schema");

        assertThat(shard.judge(FIRST).actions()).hasOnlyElementsOfType(Admit.class);
        assertThat(shard.judge(SECOND).actions()).isEmpty();

        shard.serving(FIRST);
        assertThat(shard.judge(SECOND).actions()).hasAtLeastOneElementOfType(RestoreTable.class);
    }

    // Until its queues run again

    @Test
    void whoIsCompleteServesOnlyAfterItsQueuesWereStarted() {
        toldOf(new FetchLimit(10, NOW.minusSeconds(4), 0));
        shard.answers.put(FIRST, said(parts("202401_0_0_0")));

        var verdict = shard.judge(SECOND);

        assertThat(verdict.actions()).containsExactly(START);
        assertThat(verdict.phase()).isEqualTo(ReplacementPhase.CatchingUp);
        assertThat(limitAfter(verdict, List.of(new Outcome.Failed<>(START, "timed out", true))))
                .as("it may not serve")
                .isPresent();
        assertThat(limitAfter(verdict, List.of(new Outcome.Done<>(START)))).isEmpty();

        shard.was(SECOND, ReplacementPhase.CatchingUp, verdict.reason());
        assertThat(shard.judge(SECOND).actions()).hasOnlyElementsOfType(Admit.class);
    }

    @Test
    void queuesAreStartedWhenTheLimitIsRemoved() {
        shard.bytesPerSecond = Optional.empty();
        toldOf(new FetchLimit(10, NOW, 0));

        var verdict = shard.judge(SECOND);

        assertThat(verdict.actions()).containsExactly(START);
        assertThat(verdict.reason()).isEqualTo("Behind");
        assertThat(limitAfter(verdict, List.of(new Outcome.Done<>(START)))).isEmpty();
    }

    @Test
    void whoDoesNotAnswerMayStillStandStill() {
        toldOf(new FetchLimit(10, NOW, 0));
        shard.answers.put(SECOND, new Answer.Silent("timed out"));

        var verdict = shard.judge(SECOND);

        assertThat(verdict.actions()).isEmpty();
        assertThat(limitAfter(verdict, List.of())).isPresent();
    }

    @Test
    void whoWasTakenForLostAndIsBackIsStartedBeforeItServes() {
        told(ReplacementPhase.Lost, new FetchLimit(10, NOW, 0));
        shard.answers.put(FIRST, said(parts("202401_0_0_0")));

        assertThat(shard.judge(SECOND).actions()).containsExactly(START);
        assertThat(shard.judge(SECOND).phase()).isEqualTo(ReplacementPhase.Lost);
    }

    @Test
    void whoIsToLeaveIsStartedToo() {
        toldOf(new FetchLimit(10, NOW, 0));
        shard.leaving(SECOND);

        assertThat(shard.judge(SECOND).actions()).contains(START);
    }

    @Test
    void anEmptyServerHasForgottenAll() {
        told(ReplacementPhase.Replacing, new FetchLimit(10, NOW, 5_000));
        shard.bytesPerSecond = Optional.empty();
        shard.answers.put(SECOND, empty());

        assertThat(limitAfter(shard.judge(SECOND), List.of(new Outcome.Done<>(START))))
                .isEmpty();
    }

    // What users see

    @Test
    void theTimeLeftIsThatOfTheLimit() {
        toldOf(new FetchLimit(10, NOW.minusSeconds(4), 0));

        var status = projected(shard.judge(SECOND));

        assertThat(status.left()).as("300 bytes, of which 4 s are over").isEqualTo("26s");
        assertThat(status.limit())
                .isEqualTo(new FetchLimitStatus(10L, NOW.minusSeconds(4).toString(), 0L));
    }

    @Test
    void theTimeLeftIsThatOfASlowerPace() {
        toldOf(new FetchLimit(10, NOW.minusSeconds(100), 0));

        assertThat(projected(shard.judge(SECOND), status(NOW.minusSeconds(100))).left())
                .isEqualTo("3m20s");
    }

    @Test
    void itKeepsItsTimeWhileItPauses() {
        toldOf(new FetchLimit(10, NOW.minusSeconds(4), 0));

        var status = projected(shard.judge(SECOND), status(NOW.minusSeconds(40)));

        assertThat(status.reason()).isEqualTo("Throttled");
        assertThat(status.since()).isEqualTo(NOW.minusSeconds(40).toString());
    }

    private static ReplacementHostStatus status(Instant since) {
        return new ReplacementHostStatus(
                SECOND.name(),
                ReplacementPhase.CatchingUp,
                "Behind",
                "",
                since.toString(),
                null,
                null,
                null,
                null,
                null,
                null,
                null);
    }

    private void toldOf(FetchLimit limit) {
        told(ReplacementPhase.CatchingUp, limit);
    }

    private void toldOf(FetchLimit limit, Instant since) {
        shard.before.put(
                SECOND,
                new Before(
                        Optional.of(ReplacementPhase.CatchingUp),
                        "Behind",
                        since,
                        Map.of(),
                        Optional.empty(),
                        Optional.of(limit)));
    }

    private void told(ReplacementPhase phase, FetchLimit limit) {
        var reason = phase == ReplacementPhase.RestoringSchema ? "Schema" : "Behind";
        shard.before.put(
                SECOND,
                new Before(
                        Optional.of(phase),
                        reason,
                        NOW.minusSeconds(60),
                        Map.of(),
                        Optional.empty(),
                        Optional.of(limit)));
    }

    private static Optional<FetchLimit> limitAfter(Verdict verdict, List<Outcome<ReplacementAction>> outcomes) {
        return ReplacementStatusProjection.limit(verdict, outcomes);
    }

    private ReplacementHostStatus projected(Verdict verdict, ReplacementHostStatus... before) {
        var previous = new ReplacementStatus(List.of(before), List.of(), List.of(), List.of(), List.of());
        return ReplacementStatusProjection.project(
                        previous, shard.intent(), shard.observed(), Map.of(SECOND, verdict), List.of(), NOW)
                .hosts()
                .getFirst();
    }
}
