package io.shardwright.plan;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

final class OutcomeTest {
    private static final Outcome<Step> DONE = new Outcome.Done<>(new Step());
    private static final Outcome<Step> REFUSED = new Outcome.Failed<>(new Step(), "no", false);
    private static final Outcome<Step> UNANSWERED = new Outcome.Failed<>(new Step(), "silence", true);
    private static final Outcome<Step> OVERTAKEN = new Outcome.Overtaken<>(new Step());
    private static final Outcome<Step> MOOT = new Outcome.Moot<>(new Step());

    @Test
    void whatWasDoneOrMayPassIsLookedAtAgain() {
        assertThat(Outcome.mustLookAgain(List.of(DONE))).isTrue();
        assertThat(Outcome.mustLookAgain(List.of(REFUSED, UNANSWERED))).isTrue();
        assertThat(Outcome.mustLookAgain(List.of(REFUSED, OVERTAKEN))).isTrue();
    }

    @Test
    void aRefusalAndWhatIsMootAreNotLookedAtAgain() {
        assertThat(Outcome.mustLookAgain(List.of(REFUSED, MOOT))).isFalse();
        assertThat(Outcome.mustLookAgain(List.<Outcome<Step>>of())).isFalse();
    }

    @Test
    void tellsWhatFailedAndWhy() {
        assertThat(Outcome.failed(List.of(DONE, REFUSED, OVERTAKEN, MOOT, UNANSWERED))
                        .map(Outcome.Failed::told))
                .containsExactly("could not step: no", "could not step: silence");
    }

    private record Step() implements Action {
        @Override
        public String subject() {
            return "s";
        }

        @Override
        public String describe() {
            return "step";
        }
    }
}
