package io.shardwright.shard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.shardwright.clickhouse.HostSnapshot;
import io.shardwright.plan.Hold;
import io.shardwright.plan.HoldReason;
import io.shardwright.plan.Plan;
import io.shardwright.shard.ShardObserved.Answer;
import io.shardwright.shard.ShardObserved.PodState;
import io.shardwright.topology.Host;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class ShardPlannerTest {
    private final ShardIntent intent = ShardFixtures.intent(1, 2, "1", "config");
    private final ShardIntent changed = ShardFixtures.intent(1, 2, "2", "config");
    private final Host first = intent.hosts().getFirst();
    private final Host second = intent.hosts().getLast();
    private final PodState notReady = new PodState(false, false, "node1", "", "config", Optional.empty());

    @Test
    void makesEveryHostAtOnceWhenNothingStands() {
        var plan = ShardPlanner.plan(intent, new ShardObserved(Map.of(), Map.of(), Map.of()));

        assertThat(subjects(plan))
                .containsExactly(
                        "Service/c-shard-0",
                        "PodDisruptionBudget/c-shard-0",
                        "ConfigMap/c-0-0",
                        "Service/c-0-0",
                        "ConfigMap/c-0-1",
                        "Service/c-0-1",
                        "StatefulSet/c-0-0",
                        "StatefulSet/c-0-1");
        assertThat(plan.holds()).isEmpty();
    }

    @Test
    void doesNothingWhenEverythingIsAsDesired() {
        assertThat(ShardPlanner.plan(intent, ShardFixtures.converged(intent)).converged())
                .isTrue();
    }

    @Test
    void whatAHostThatIsNoMemberHadGoes() {
        var plan = ShardPlanner.plan(ShardFixtures.intent(1, 1, "1", "config"), ShardFixtures.converged(intent));

        assertThat(plan.actions().stream()
                        .filter(ShardAction.DeleteObject.class::isInstance)
                        .map(ShardAction::subject))
                .containsExactlyInAnyOrder("ConfigMap/c-0-1", "Service/c-0-1", "StatefulSet/c-0-1");
    }

    @Test
    void restartsOneHostAndHoldsTheOther() {
        var plan = ShardPlanner.plan(changed, ShardFixtures.converged(intent));

        assertThat(subjects(plan)).containsExactly("StatefulSet/c-0-0");
        assertThat(plan.holds())
                .extracting(Hold::reason, Hold::subject)
                .containsExactly(tuple(HoldReason.PeerNotReady, "c-0-1"));
    }

    @Test
    void restartsNoHostThatServesWhileItsPeerIsDown() {
        var observed = ShardFixtures.with(ShardFixtures.converged(changed), second, notReady, null);

        assertThat(ShardPlanner.mayRestart(first, changed, observed)).isFalse();
    }

    @Test
    void restartsTheHostThatIsDownFirst() {
        var observed = ShardFixtures.with(ShardFixtures.converged(intent), second, notReady, null);

        assertThat(subjects(ShardPlanner.plan(changed, observed))).containsExactly("StatefulSet/c-0-1");
    }

    @Test
    void takesAHostThatDoesNotAnswerForOneThatMayServe() {
        var unknown = new Answer.Unknown("timed out");
        var ready = ShardFixtures.converged(intent).pods().get(first);
        var observed = ShardFixtures.with(
                ShardFixtures.with(ShardFixtures.converged(intent), first, ready, unknown), second, ready, unknown);

        assertThat(subjects(ShardPlanner.plan(changed, observed))).isEmpty();
    }

    @Test
    void tellsAPodOfChangedConfiguration() {
        var newer = ShardFixtures.intent(1, 2, "1", "newer");

        assertThat(ShardPlanner.plan(newer, ShardFixtures.converged(intent)).actions())
                .containsExactly(
                        new ShardAction.AnnounceConfig(first, "newer"),
                        new ShardAction.AnnounceConfig(second, "newer"));
    }

    @Test
    void reloadsAServerThatLostItsClusters() {
        var empty = new HostSnapshot("18.16.1", List.of(), List.of(), List.of(), List.of(), List.of());
        var converged = ShardFixtures.converged(intent);
        var observed = ShardFixtures.with(converged, first, converged.pods().get(first), new Answer.Said(empty));

        assertThat(ShardPlanner.plan(intent, observed).actions()).containsExactly(new ShardAction.ReloadConfig(first));
    }

    @Test
    void aReadOnlyReplicaIsNotReady() {
        var readOnly = new HostSnapshot(
                "18.16.1",
                ShardFixtures.snapshot(intent).clusterNodes(),
                List.of(new HostSnapshot.TableName("nyc", "flights")),
                List.of(),
                List.of(),
                List.of());
        var converged = ShardFixtures.converged(intent);
        var observed = ShardFixtures.with(converged, first, converged.pods().get(first), new Answer.Said(readOnly));

        assertThat(HostReadiness.of(first, intent, observed).missing())
                .hasValueSatisfying(missing -> assertThat(missing).contains("nyc.flights", "read-only"));
        assertThat(ShardPlanner.mayRestart(second, intent, observed)).isFalse();
    }

    private static List<String> subjects(Plan<ShardAction> plan) {
        return plan.actions().stream().map(ShardAction::subject).toList();
    }
}
