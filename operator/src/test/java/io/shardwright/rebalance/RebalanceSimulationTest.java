package io.shardwright.rebalance;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardwright.crds.RebalancePhase;
import io.shardwright.plan.Hold;
import io.shardwright.plan.HoldReason;
import io.shardwright.plan.Outcome;
import io.shardwright.testing.Seeds;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The planners in a closed loop with a model of the servers, over many seeds. */
class RebalanceSimulationTest {
    /** `make soak` sets more. */
    private static final int SEEDS = Integer.getInteger("simulation.seeds", 600);

    /** Most rules that are broken show within a few seeds, one only when a target forgets in the wrong moment. */
    private static final int MOST_SEEDS_TO_NOTICE = 5_000;

    private static final Set<End> NOTICED = EnumSet.of(End.LOST, End.THIN, End.HIDDEN, End.MISREAD, End.MISPLACED);

    private static final int TROUBLED = 100;

    /** Where readers are turned, partitions change shards one after the other, a dozen steps each; and twenty may have to. */
    private static final int CALM = 300;

    /** Calm steps after which users do what they are asked to. */
    private static final int STEPS_TO_NOTICE_HOLDS = 50;

    /** How a rebalance ended. */
    private enum End {
        BALANCED,
        LOST,
        THIN,
        HIDDEN,
        MISREAD,
        MISPLACED,
        LEFT_SOMETHING,
        NEVER_ENDED
    }

    @Test
    void everyRowIsOnOneShardOnceWhateverHappens() {
        var ends = ends();

        assertThat(ends.keySet())
                .as("seeds by end: "
                        + ends.entrySet().stream()
                                .map(end -> end.getKey() + "="
                                        + end.getValue().stream().limit(9).toList() + " of "
                                        + end.getValue().size())
                                .toList())
                .containsOnly(End.BALANCED);
    }

    @ParameterizedTest
    @EnumSource(MoveRule.class)
    void theSimulationNoticesEachRuleThatIsBroken(MoveRule broken) {
        var rules = new HashSet<>(MoveRule.ALL);
        rules.remove(broken);

        assertThat(LongStream.range(0, MOST_SEEDS_TO_NOTICE)
                        .parallel()
                        .anyMatch(seed -> NOTICED.contains(run(seed, rules))))
                .as("noticed without " + broken)
                .isTrue();
    }

    private static Map<End, List<Long>> ends() {
        return LongStream.range(0, SEEDS)
                .parallel()
                .boxed()
                .collect(Collectors.groupingBy(seed -> run(seed, MoveRule.ALL), TreeMap::new, Collectors.toList()));
    }

    /** Trouble for a while, then calm until nothing is left to do. */
    private static End run(long seed, Set<MoveRule> rules) {
        boolean hasOutages = seed % 2 == 0;
        var random = Seeds.random(~seed);
        var world = new MoveWorld(seed, hasOutages);
        boolean isExact = random.nextInt(3) == 0;
        var intent = intent(random, isExact);
        List<CurrentMove> current = List.of();
        for (int step = 0; step < TROUBLED + CALM; step++) {
            boolean isCalm = step >= TROUBLED;
            if (isCalm) {
                world.heal();
            } else {
                world.live();
            }
            boolean isRemoved = seed % 7 == 0 && step > TROUBLED / 2;
            var observed = world.observe(current);
            var decision = isRemoved
                    ? RebalancePlanner.planRemoval(intent, observed, current, Instant.EPOCH)
                    : RebalancePlanner.plan(intent, observed, current, Optional.empty(), true, Instant.EPOCH, rules);
            boolean crashes = !isCalm && random.nextInt(8) == 0;
            var outcomes = execute(world, decision, crashes ? random.nextInt(4) : Integer.MAX_VALUE);
            if (world.hasLost()) {
                return End.LOST;
            }
            if (world.isThin()) {
                return End.THIN;
            }
            if (!hasOutages && !isExact && world.isHidden()) {
                return End.HIDDEN;
            }
            if (!hasOutages && isExact && world.isMisread()) {
                return End.MISREAD;
            }
            if (!crashes) {
                current = MoveLedger.after(current, decision, outcomes).current();
            }
            boolean isOver = isRemoved ? current.isEmpty() : decision.phase() == RebalancePhase.Succeeded;
            if (isCalm && isOver && decision.plan().actions().isEmpty()) {
                return end(world);
            }
            if (step == TROUBLED + STEPS_TO_NOTICE_HOLDS) {
                obeyHolds(world, current, decision.plan().holds());
            }
        }
        return End.NEVER_ENDED;
    }

    private static void obeyHolds(MoveWorld world, List<CurrentMove> current, List<Hold> holds) {
        for (var hold : holds) {
            current.stream()
                    .map(CurrentMove::move)
                    .filter(move -> hold.reason() == HoldReason.RowsAlreadyPresent
                            && hold.subject().equals(move.describe()))
                    .forEach(world::settle);
        }
    }

    /** As the runner of actions does it: those of one subject up to the first that fails. */
    private static List<Outcome<RebalanceAction>> execute(MoveWorld world, RebalanceDecision decision, int limit) {
        var outcomes = new ArrayList<Outcome<RebalanceAction>>();
        var failed = new HashSet<String>();
        for (var action : decision.plan().actions().stream().limit(limit).toList()) {
            if (!failed.contains(action.subject())) {
                var outcome = world.execute(action);
                outcomes.add(outcome);
                if (outcome instanceof Outcome.Failed) {
                    failed.add(action.subject());
                }
            }
        }
        return outcomes;
    }

    private static End end(MoveWorld world) {
        world.heal();
        world.heal();
        if (world.isMisplaced()) {
            return End.MISPLACED;
        }
        return world.hasStaging() || world.isStopped() ? End.LEFT_SOMETHING : End.BALANCED;
    }

    private static RebalanceIntent intent(Random random, boolean isExact) {
        return new RebalanceIntent(
                "ns",
                "even",
                "uid",
                "c",
                false,
                false,
                random.nextBoolean() ? Set.of(random.nextInt(2)) : Set.of(),
                Map.of(),
                10,
                RebalanceIntent.Tables.ALL,
                OptionalLong.empty(),
                1 + random.nextInt(3),
                Optional.empty(),
                isExact);
    }
}
