package io.shardwright.balance;

import static io.shardwright.balance.Clusters.AUTOMATIC;
import static io.shardwright.balance.Clusters.NOW;
import static io.shardwright.balance.Clusters.WHEN;
import static io.shardwright.balance.Clusters.sizes;
import static org.assertj.core.api.Assertions.assertThat;

import io.shardwright.balance.BalanceObserved.StandingRebalance;
import io.shardwright.clickhouse.HostSizes;
import io.shardwright.crds.BalanceStatus;
import io.shardwright.plan.Outcome;
import io.shardwright.testing.Seeds;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Days of clusters whose shards fill unevenly, in passes of a minute: the operator crashes between any two actions and before
 * the status is written, caches are late, Rebalances are slow, are deleted, and cannot move everything.
 */
class BalanceSimulationTest {
    private static final Duration PASS = Duration.ofSeconds(60);
    private static final Duration LIFE = Duration.ofHours(60);

    /** Who deletes a Rebalance has seen it first. */
    private static final Duration NOTICED = Duration.ofMinutes(5);

    private static final int SEEDS = 40;

    @Test
    void rebalancesComeWhenTheyHelpAndNeverOneAfterTheOther() {
        LongStream.range(0, SEEDS).parallel().forEach(seed -> new World(seed).live());
    }

    /** Nothing can be moved at all. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void whatCannotBeMovedIsTriedOnceADayAtMost(long seed) {
        var world = new World(seed);
        world.movable.replaceAll((shard, bytes) -> 0L);
        world.isQuiet = true;
        world.fixed.put(0, 1_000_000L);

        world.live();

        assertThat(world.begun).hasSize(3);
    }

    private static final class World {
        private final String seed;
        private final Random random;
        private final TreeMap<Integer, Long> movable = new TreeMap<>();
        private final TreeMap<Integer, Long> fixed = new TreeMap<>();
        private final Map<String, StandingRebalance> rebalances = new TreeMap<>();
        private final List<Instant> begun = new ArrayList<>();
        private Map<String, StandingRebalance> seen = Map.of();
        private Map<Integer, HostSizes> said = Map.of();
        private BalanceStatus status;
        private Instant now = NOW;
        private boolean isQuiet;
        private int writes;

        private World(long seed) {
            this.seed = "seed " + seed;
            this.random = Seeds.random(seed);
            IntStream.range(0, 2 + random.nextInt(4)).forEach(shard -> {
                movable.put(shard, (long) random.nextInt(100_000));
                fixed.put(shard, random.nextInt(3) == 0 ? (long) random.nextInt(50_000) : 0L);
            });
        }

        private void live() {
            long passes = LIFE.dividedBy(PASS);
            for (long pass = 0; pass < passes; pass++) {
                now = now.plus(PASS);
                if (pass == passes / 2) {
                    // Nothing happens any more, but what was begun.
                    isQuiet = true;
                }
                if (!isQuiet) {
                    disturb();
                }
                goOn();
                look();
                pass();
            }
            assertAtRest();
        }

        private void disturb() {
            if (random.nextInt(200) == 0) {
                int shard = random.nextInt(movable.size());
                movable.merge(shard, (long) random.nextInt(60_000), Long::sum);
            }
            if (random.nextInt(500) == 0) {
                rebalances.values().stream()
                        .filter(rebalance -> rebalance.created().isBefore(now.minus(NOTICED)))
                        .skip(random.nextInt(rebalances.size() + 1))
                        .findFirst()
                        .ifPresent(rebalance -> rebalances.remove(rebalance.name()));
            }
            if (random.nextInt(1_000) == 0) {
                rebalances.put("by-hand-" + now, new StandingRebalance("by-hand-" + now, now, false, Optional.empty()));
            }
        }

        /** A Rebalance moves from the fullest to the emptiest until the fullest is at the lower threshold. */
        private void goOn() {
            rebalances.values().stream()
                    .filter(rebalance -> !rebalance.isOver())
                    .min(Comparator.comparing(StandingRebalance::created))
                    .filter(rebalance -> random.nextInt(4) == 0)
                    .ifPresent(rebalance -> {
                        if (!move()) {
                            rebalances.put(
                                    rebalance.name(),
                                    new StandingRebalance(
                                            rebalance.name(), rebalance.created(), true, Optional.of(now)));
                        }
                    });
        }

        private boolean move() {
            int fullest = byLoad().getLast();
            int emptiest = byLoad().getFirst();
            double fair =
                    movable.keySet().stream().mapToLong(this::load).average().orElseThrow();
            long above = (long) (load(fullest) - fair * (100 + WHEN.untilPercent()) / 100);
            long bytes = Math.min(Math.min(above + 1, movable.get(fullest)), (long) (fair - load(emptiest)));
            if (above <= 0 || bytes <= 0) {
                return false;
            }
            movable.merge(fullest, -bytes, Long::sum);
            movable.merge(emptiest, bytes, Long::sum);
            return true;
        }

        private long load(int shard) {
            return movable.get(shard) + fixed.get(shard);
        }

        private List<Integer> byLoad() {
            return movable.keySet().stream()
                    .sorted(Comparator.comparingLong(this::load))
                    .toList();
        }

        /** Hosts say every now and then what they hold; the cache of Rebalances is late at times. */
        private void look() {
            if (isQuiet || random.nextInt(3) > 0) {
                said = movable.keySet().stream()
                        .filter(shard -> isQuiet || random.nextInt(50) > 0)
                        .collect(Collectors.toMap(shard -> shard, shard -> sizes(now, load(shard), load(shard))));
            }
            if (isQuiet || random.nextInt(4) > 0) {
                seen = new HashMap<>(rebalances);
            }
        }

        private void pass() {
            var decision = BalancePlanner.plan(
                    AUTOMATIC,
                    new BalanceObserved(
                            new TreeSet<>(movable.keySet()), Set.of(), false, said, List.copyOf(seen.values())),
                    BalanceStatusProjection.memoryOf(status),
                    now);
            int crash = isQuiet ? Integer.MAX_VALUE : random.nextInt(20);
            var outcomes = new ArrayList<Outcome<BalanceAction>>();
            for (var action : decision.plan().actions()) {
                if (outcomes.size() >= crash) {
                    return;
                }
                carryOut(action);
                outcomes.add(new Outcome.Done<>(action));
            }
            var next = BalanceStatusProjection.project(status, decision, outcomes, now);
            if (!next.equals(status) && outcomes.size() < crash) {
                status = next;
                writes++;
            }
        }

        private void carryOut(BalanceAction action) {
            switch (action) {
                case BalanceAction.CreateRebalance create -> create(create);
                case BalanceAction.DeleteRebalance delete -> delete(delete.name());
            }
        }

        private void create(BalanceAction.CreateRebalance create) {
            assertThat(create.untilPercent()).isEqualTo(WHEN.untilPercent());
            if (!rebalances.containsKey(create.name())) {
                begin(create.name());
            }
        }

        private void delete(String name) {
            var standing = rebalances.remove(name);
            assertThat(standing == null || standing.isOver())
                    .as("%s: only what is over is deleted", seed)
                    .isTrue();
        }

        private void begin(String name) {
            begun.add(now);
            rebalances.put(name, new StandingRebalance(name, now, false, Optional.empty()));
            assertThat(rebalances.keySet().stream()
                            .filter(other -> other.startsWith("c-balance-"))
                            .filter(other -> !rebalances.get(other).isOver()))
                    .as("%s: one at a time", seed)
                    .hasSize(1);
            if (begun.size() > 1) {
                assertThat(Duration.between(begun.get(begun.size() - 2), now))
                        .as("%s: a pause between two", seed)
                        .isGreaterThanOrEqualTo(WHEN.pause());
            }
        }

        private void assertAtRest() {
            assertThat(rebalances.keySet().stream().filter(name -> name.startsWith("c-balance-")))
                    .as("%s: they do not pile up", seed)
                    .hasSizeLessThanOrEqualTo(3);
            int before = writes;
            for (int pass = 0; pass < 60; pass++) {
                now = now.plus(PASS);
                look();
                pass();
            }
            assertThat(writes)
                    .as("%s: nothing is written when nothing changes", seed)
                    .isEqualTo(before);
            var imbalance = Imbalance.of(said, said.keySet());
            boolean isMovable = movable.get(imbalance.bytes().fullest()) > 0;
            boolean isEnough = imbalance.bytes().excess() >= WHEN.atLeastBytes();
            assertThat(imbalance.bytes().percent() > WHEN.abovePercent() && isMovable && isEnough)
                    .as("%s: %s", seed, status)
                    .isFalse();
        }
    }
}
