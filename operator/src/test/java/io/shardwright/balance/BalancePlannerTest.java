package io.shardwright.balance;

import static io.shardwright.balance.Clusters.AUTOMATIC;
import static io.shardwright.balance.Clusters.MANUAL;
import static io.shardwright.balance.Clusters.NOW;
import static io.shardwright.balance.Clusters.sizes;
import static org.assertj.core.api.Assertions.assertThat;

import io.shardwright.balance.BalanceAction.CreateRebalance;
import io.shardwright.balance.BalanceAction.DeleteRebalance;
import io.shardwright.balance.BalanceMemory.Last;
import io.shardwright.balance.BalanceObserved.StandingRebalance;
import io.shardwright.clickhouse.HostSizes;
import io.shardwright.plan.Hold;
import io.shardwright.plan.HoldReason;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class BalancePlannerTest {
    private static final Instant LONG_AGO = NOW.minus(Duration.ofDays(3));
    private static final CreateRebalance FIRST = new CreateRebalance("c-balance-1", 10);
    private static final CreateRebalance SECOND = new CreateRebalance("c-balance-2", 10);

    private Map<Integer, HostSizes> sizes = uneven(3_000);
    private Optional<Instant> aboveSince = Optional.of(NOW.minus(Duration.ofMinutes(10)));
    private Optional<Last> last = Optional.empty();
    private List<StandingRebalance> rebalances = List.of();
    private boolean isChanging;

    @Test
    void unevenShardsForLongEnoughBeginARebalance() {
        assertThat(plan(AUTOMATIC).plan().actions()).containsExactly(FIRST);
        assertThat(plan(AUTOMATIC).begun()).contains(Last.begun("c-balance-1", NOW, 200));
    }

    @Test
    void nothingBeginsUnlessAsked() {
        assertThat(plan(MANUAL).plan().converged()).isTrue();
        assertThat(plan(MANUAL).memory().aboveSince()).isEmpty();
    }

    @Test
    void shardsMustBeUnevenForAWhile() {
        aboveSince = Optional.of(NOW.minus(Duration.ofMinutes(9)));
        assertThat(plan(AUTOMATIC).plan().converged()).isTrue();
        assertThat(plan(AUTOMATIC).memory().aboveSince()).isEqualTo(aboveSince);
    }

    @Test
    void theWhileBeginsWhenTheyAreSeenUnevenAndEndsWhenTheyAreEven() {
        aboveSince = Optional.empty();
        assertThat(plan(AUTOMATIC).memory().aboveSince()).contains(NOW);

        aboveSince = Optional.of(LONG_AGO);
        sizes = uneven(1_150);
        assertThat(plan(AUTOMATIC).memory().aboveSince()).isEmpty();
        assertThat(plan(AUTOMATIC).plan().converged()).isTrue();
    }

    @Test
    void fewBytesAreNotWorthIt() {
        sizes = Map.of(0, sizes(NOW, 1, 90), 1, sizes(NOW, 1, 0), 2, sizes(NOW, 1, 0));
        assertThat(plan(AUTOMATIC).plan().converged()).isTrue();
    }

    @Test
    void aShardThatDoesNotSayWhatItHoldsIsNoReasonForAnything() {
        sizes = new HashMap<>(sizes);
        sizes.remove(1);
        assertThat(plan(AUTOMATIC).plan().converged()).isTrue();
        assertThat(plan(AUTOMATIC).memory().aboveSince()).isEqualTo(aboveSince);
        assertThat(plan(AUTOMATIC).imbalance()).isEmpty();
    }

    @Test
    void itWaitsForShardsThatComeAndGo() {
        isChanging = true;
        assertThat(holds()).containsExactly(HoldReason.MoveAhead);
    }

    @Test
    void itWaitsForAnothersRebalance() {
        rebalances = List.of(standing("by-hand", false));
        assertThat(holds()).containsExactly(HoldReason.MoveAhead);
        rebalances = List.of(standing("by-hand", true));
        assertThat(plan(AUTOMATIC).plan().actions()).containsExactly(FIRST);
    }

    @Test
    void oneThatIsUnderWayIsWaitedForInSilence() {
        begunAndNotEnded();
        rebalances = List.of(standing("c-balance-1", false));
        assertThat(plan(AUTOMATIC).plan().converged()).isTrue();
        assertThat(plan(AUTOMATIC).memory().last()).isEqualTo(last);
    }

    @Test
    void oneThatWasBegunAndNotWrittenDownIsTakenUp() {
        rebalances = List.of(standing("c-balance-4", false));
        assertThat(plan(AUTOMATIC).plan().converged()).isTrue();
        assertThat(plan(AUTOMATIC).memory().last()).contains(Last.begun("c-balance-4", LONG_AGO, 200));
    }

    @Test
    void howFarItCameIsToldByShardsThatWereAskedAfterIt() {
        begunAndNotEnded();
        rebalances = List.of(new StandingRebalance("c-balance-1", LONG_AGO, true, Optional.of(NOW)));
        assertThat(plan(AUTOMATIC).memory().last()).isEqualTo(last);

        rebalances = List.of(new StandingRebalance("c-balance-1", LONG_AGO, true, Optional.of(NOW.minusSeconds(1))));
        assertThat(plan(AUTOMATIC).memory().last())
                .contains(new Last("c-balance-1", LONG_AGO, 50, Optional.of(NOW), OptionalInt.of(200)));
    }

    @Test
    void oneThatAUserDeletedIsOver() {
        begunAndNotEnded();
        assertThat(plan(AUTOMATIC).memory().last().orElseThrow().isUnderWay()).isFalse();
        assertThat(holds()).containsExactly(HoldReason.NotAgainYet);
    }

    @Test
    void oneThatIsNotSeenYetIsNot() {
        last = Optional.of(Last.begun("c-balance-1", NOW.minusSeconds(20), 50));
        assertThat(plan(AUTOMATIC).plan().converged()).isTrue();
        assertThat(plan(AUTOMATIC).memory().last()).isEqualTo(last);
    }

    @Test
    void afterOneThatHelpedTheNextWaitsForThePause() {
        ended(Duration.ofMinutes(59), 8);
        assertThat(holds()).containsExactly(HoldReason.NotAgainYet);
        ended(Duration.ofHours(1), 8);
        assertThat(plan(AUTOMATIC).plan().actions()).containsExactly(SECOND);
    }

    @Test
    void oneThatCouldNotHelpIsNotRepeatedUntilItIsWorse() {
        ended(Duration.ofHours(20), 195);
        assertThat(holds()).containsExactly(HoldReason.NotAgainYet);
        ended(Duration.ofHours(20), 190);
        assertThat(plan(AUTOMATIC).plan().actions()).containsExactly(SECOND);
        ended(Duration.ofMinutes(59), 190);
        assertThat(holds()).containsExactly(HoldReason.NotAgainYet);
    }

    @Test
    void orForLong() {
        ended(Duration.ofHours(24), 200);
        assertThat(plan(AUTOMATIC).plan().actions()).containsExactly(SECOND);
    }

    @Test
    void threeThatAreOverStay() {
        ended(Duration.ofDays(2), 8);
        last = last.map(one -> new Last("c-balance-12", one.started(), one.before(), one.completed(), one.after()));
        rebalances = List.of(
                standing("c-balance-9", true),
                standing("c-balance-10", true),
                standing("c-balance-11", true),
                standing("c-balance-12", true),
                standing("c-fill-2", true),
                standing("c-balance-by-hand", true));
        assertThat(plan(AUTOMATIC).plan().actions())
                .containsExactly(
                        new DeleteRebalance("c-balance-10"),
                        new DeleteRebalance("c-balance-9"),
                        new CreateRebalance("c-balance-13", 10));
    }

    private void begunAndNotEnded() {
        last = Optional.of(Last.begun("c-balance-1", LONG_AGO, 50));
    }

    private void ended(Duration ago, int left) {
        last = Optional.of(Last.begun("c-balance-1", LONG_AGO, 50).ended(NOW.minus(ago), left));
    }

    private static StandingRebalance standing(String name, boolean isOver) {
        return new StandingRebalance(name, LONG_AGO, isOver, Optional.empty());
    }

    /** Three shards, of which the first holds so much and the others the rest of 3,000. */
    private static Map<Integer, HostSizes> uneven(long first) {
        long others = (3_000 - first) / 2;
        return Map.of(0, sizes(NOW, 1, first), 1, sizes(NOW, 1, others), 2, sizes(NOW, 1, others));
    }

    private List<HoldReason> holds() {
        assertThat(plan(AUTOMATIC).plan().actions()).isEmpty();
        return plan(AUTOMATIC).plan().holds().stream().map(Hold::reason).toList();
    }

    private BalanceDecision plan(BalanceIntent intent) {
        return BalancePlanner.plan(
                intent,
                new BalanceObserved(new TreeSet<>(Set.of(0, 1, 2)), Set.of(), isChanging, sizes, rebalances),
                new BalanceMemory(aboveSince, last),
                NOW);
    }
}
