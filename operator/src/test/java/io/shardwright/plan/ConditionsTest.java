package io.shardwright.plan;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Condition;
import io.shardwright.crds.HoldStatus;
import io.shardwright.plan.Conditions.Finding;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ConditionsTest {
    private static final Instant FIRST = Instant.parse("2026-01-01T00:00:00Z");
    private static final Instant LATER = Instant.parse("2026-01-01T00:05:00.123Z");

    @Test
    void keepTheirTransitionTimeWhileTheirStatusStays() {
        var before = of(null, FIRST, true, "first");
        var after = of(before, LATER, true, "second");

        assertThat(after).extracting(Condition::getLastTransitionTime).containsOnly("2026-01-01T00:00:00Z");
        assertThat(after.get(1).getMessage()).isEqualTo("second");
    }

    @Test
    void takeANewTransitionTimeWhenTheirStatusChanges() {
        var after = of(of(null, FIRST, true, ""), LATER, false, "");

        assertThat(after.get(1).getLastTransitionTime()).isEqualTo("2026-01-01T00:05:00Z");
        assertThat(after.get(0).getLastTransitionTime()).isEqualTo("2026-01-01T00:00:00Z");
    }

    @Test
    void readinessOfAnOlderGenerationDoesNotCount() {
        var conditions = of(null, FIRST, true, "");

        assertThat(Conditions.isTrue(conditions, Conditions.READY, 1L)).isTrue();
        assertThat(Conditions.isTrue(conditions, Conditions.READY, 2L)).isFalse();
        assertThat(Conditions.isTrue(null, Conditions.READY, 1L)).isFalse();
    }

    @Test
    void aHoldKeepsTheTimeSinceWhenItWaits() {
        var hold = new Hold(HoldReason.PeerNotReady, "c-0-1", "waits");
        var before = Holds.project(null, List.of(hold), FIRST);
        var after = Holds.project(before, List.of(hold, new Hold(HoldReason.PeerNotReady, "c-0-2", "waits")), LATER);

        assertThat(after).extracting(HoldStatus::since).containsExactly("2026-01-01T00:00:00Z", "2026-01-01T00:05:00Z");
    }

    private static List<Condition> of(List<Condition> previous, Instant now, boolean ready, String message) {
        return Conditions.of(
                previous,
                1L,
                now,
                ready ? Finding.yes("Yes", message) : Finding.no("No", message),
                Finding.no("Converged", ""),
                Finding.no("AsExpected", ""));
    }
}
