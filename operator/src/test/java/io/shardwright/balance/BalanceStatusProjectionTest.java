package io.shardwright.balance;

import static io.shardwright.balance.Clusters.NOW;
import static io.shardwright.balance.Clusters.sizes;
import static org.assertj.core.api.Assertions.assertThat;

import io.shardwright.balance.BalanceMemory.Last;
import io.shardwright.crds.BalanceStatus;
import io.shardwright.plan.Outcome;
import io.shardwright.plan.Plan;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class BalanceStatusProjectionTest {
    @Test
    void namesTheFullestAndTheEmptiest() {
        var status = of(null, 150, 100, 50);

        assertThat(status.bytesPercent()).isEqualTo(50);
        assertThat(status.imbalance()).isEqualTo("50%");
        assertThat(status.fullestShard()).isZero();
        assertThat(status.emptiestShard()).isEqualTo(2);
        assertThat(status.newestPercent()).isNull();
        assertThat(status.summary()).isEqualTo("shard 0 is 50% above its fair share, shard 2 holds least");
    }

    @Test
    void evenShardsHaveNoFullest() {
        var status = of(null, 1_000, 1_001, 999);

        assertThat(status.summary()).isEqualTo("Even");
        assertThat(status.bytesPercent()).isZero();
        assertThat(status.fullestShard()).isNull();
        assertThat(status.emptiestShard()).isNull();
    }

    @Test
    void staysAsItIsWhileRowsComeThatMakeNoDifference() {
        var before = of(null, 1_300, 1_299, 401);

        assertThat(of(before, 1_300, 1_305, 403)).isEqualTo(before);
        assertThat(of(before, 1_330, 1_299, 405)).isEqualTo(before);
        assertThat(of(before, 1_300, 1_400, 300)).isNotEqualTo(before);
        assertThat(of(before, 1_300, 1_400, 300).fullestShard()).isEqualTo(1);
    }

    @Test
    void keepsWhatItSaidWhileAShardDoesNotAnswer() {
        var before = of(null, 150, 100, 50);
        var unknown = new BalanceDecision(Optional.empty(), BalanceMemory.NONE, Optional.empty(), Plan.none());

        assertThat(BalanceStatusProjection.project(before, unknown, List.of(), NOW))
                .isEqualTo(before);
        assertThat(BalanceStatusProjection.project(null, unknown, List.of(), NOW)
                        .bytesPercent())
                .isNull();
    }

    @Test
    void remembersARebalanceOnceItWasCreated() {
        var action = new BalanceAction.CreateRebalance("c-balance-1", 10);
        var last = Last.begun("c-balance-1", NOW, 50);
        var decision = new BalanceDecision(
                Optional.empty(),
                new BalanceMemory(Optional.of(NOW), Optional.empty()),
                Optional.of(last),
                new Plan<>(List.of(action), List.of()));

        var done = BalanceStatusProjection.project(null, decision, List.of(new Outcome.Done<>(action)), NOW);
        var failed =
                BalanceStatusProjection.project(null, decision, List.of(new Outcome.Failed<>(action, "no", true)), NOW);

        assertThat(BalanceStatusProjection.memoryOf(done))
                .isEqualTo(new BalanceMemory(Optional.of(NOW), Optional.of(last)));
        assertThat(BalanceStatusProjection.memoryOf(failed))
                .isEqualTo(new BalanceMemory(Optional.of(NOW), Optional.empty()));
    }

    @Test
    void readsBackWhatItWrote() {
        var memory = new BalanceMemory(
                Optional.empty(), Optional.of(Last.begun("c-balance-2", NOW, 41).ended(NOW.plusSeconds(60), 9)));
        var status = BalanceStatusProjection.project(
                null, new BalanceDecision(Optional.empty(), memory, Optional.empty(), Plan.none()), List.of(), NOW);

        assertThat(BalanceStatusProjection.memoryOf(status)).isEqualTo(memory);
    }

    private static BalanceStatus of(BalanceStatus before, long... bytes) {
        var imbalance = Imbalance.of(
                Map.of(0, sizes(NOW, 1, bytes[0]), 1, sizes(NOW, 1, bytes[1]), 2, sizes(NOW, 1, bytes[2])),
                Set.of(0, 1, 2));
        return BalanceStatusProjection.project(
                before,
                new BalanceDecision(Optional.of(imbalance), BalanceMemory.NONE, Optional.empty(), Plan.none()),
                List.of(),
                NOW);
    }
}
