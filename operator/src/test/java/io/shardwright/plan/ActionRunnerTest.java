package io.shardwright.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class ActionRunnerTest {
    private record Step(String subject, int number, boolean fails) implements Action {
        @Override
        public String describe() {
            return subject + number;
        }
    }

    @Test
    void aFailureStopsItsOwnSubjectOnly() {
        var steps = List.of(
                new Step("a", 1, false),
                new Step("b", 1, true),
                new Step("a", 2, false),
                new Step("b", 2, false),
                new Step("c", 1, false));

        var outcomes = ActionRunner.run(steps, ActionRunnerTest::execute);

        assertThat(outcomes).extracting(outcome -> outcome.action().describe()).containsExactly("a1", "a2", "b1", "c1");
        assertThat(outcomes.get(2)).isInstanceOf(Outcome.Failed.class);
    }

    @Test
    void subjectsRunSideBySide() {
        var bothRun = new CountDownLatch(2);

        var outcomes = ActionRunner.run(List.of(new Step("a", 1, false), new Step("b", 1, false)), step -> {
            bothRun.countDown();
            return await(bothRun) ? new Outcome.Done<>(step) : new Outcome.Failed<>(step, "ran alone", true);
        });

        assertThat(outcomes).hasSize(2).allMatch(Outcome.Done.class::isInstance);
    }

    /** What it was told while it was interrupted is no news of any server. */
    @Test
    void aPassThatWasInterruptedDoesNothing() {
        Thread.currentThread().interrupt();
        try {
            assertThatThrownBy(() -> ActionRunner.run(List.of(new Step("a", 1, false)), step -> {
                        throw new AssertionError("ran");
                    }))
                    .isInstanceOf(CancellationException.class);
        } finally {
            assertThat(Thread.interrupted()).isTrue();
        }
    }

    @Test
    void aPassThatIsInterruptedMeanwhileTellsNothing() {
        try {
            assertThatThrownBy(() -> ActionRunner.run(List.of(new Step("a", 1, false)), step -> {
                        Thread.currentThread().interrupt();
                        return new Outcome.Failed<>(step, "interrupted", true);
                    }))
                    .isInstanceOf(CancellationException.class);
        } finally {
            assertThat(Thread.interrupted()).isTrue();
        }
    }

    private static Outcome<Step> execute(Step step) {
        return step.fails() ? new Outcome.Failed<>(step, "told to", true) : new Outcome.Done<>(step);
    }

    private static boolean await(CountDownLatch latch) {
        try {
            return latch.await(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
