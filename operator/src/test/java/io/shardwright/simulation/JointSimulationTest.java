package io.shardwright.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardwright.rebalance.RebalanceInWorld;
import io.shardwright.replacement.ReplacementInWorld;
import io.shardwright.scaling.ScalingInWorld;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The planners of scaling, replacement and rebalancing together over one model, in schedules of faults: users who change their
 * minds, servers that die, hide, hang or lose their volumes, a coordination that is away, caches that lag, statements that run
 * though nobody hears of it, and an operator that dies between any two actions. After each step every row is on a volume that
 * it is served from, or will be; in the end every row is there once, and what was asked for stands.
 */
final class JointSimulationTest {
    /** `make soak` sets more. */
    private static final int SEEDS = Integer.getInteger("simulation.schedules", 100_000);

    private static final int DISTURBED_STEPS = 16;
    private static final int STEPS_TO_CONVERGE = 300;

    private static final String NONE = "";

    /** A rule that is broken shows within so many schedules. */
    private static final int SEEDS_TO_NOTICE = 20_000;

    /** Schedules that showed it when they were looked for last: they are tried before any other. */
    private static final Map<String, Long> SHOWN_BY = Map.ofEntries(
            Map.entry("scaling NEVER_THE_LAST_IN_SERVICE", 10002L),
            Map.entry("scaling NEVER_WHILE_IN_USE", 5013L),
            Map.entry("scaling NEVER_THE_LAST_GOOD_COPY", 10056L),
            Map.entry("scaling NEVER_ROWS_OF_ITS_OWN", 20011L),
            Map.entry("scaling ONLY_EMPTY_SHARDS", 10011L),
            Map.entry("scaling UNKNOWN_IS_NOT_ABSENT", 12642L),
            Map.entry("scaling ONLY_AFTER_A_WHILE", 10014L),
            Map.entry("scaling NO_ROWS_UNDER_WAY", 10115L),
            Map.entry("scaling TOLD_BEFORE_DONE", 6L),
            Map.entry("scaling FORGET_ONLY_THE_DEAD", 7122L),
            Map.entry("replacement NEVER_THE_LAST_IN_SERVICE", 10009L),
            Map.entry("replacement NEVER_THE_LAST_GOOD_COPY", 10045L),
            Map.entry("replacement NEVER_ROWS_OF_ITS_OWN", 10004L),
            Map.entry("replacement ONLY_AFTER_A_WHILE", 20085L),
            Map.entry("replacement NEVER_READ_FROM_HALF", 20008L),
            Map.entry("replacement CAUGHT_UP_BEFORE_SERVING", 10003L),
            Map.entry("replacement UNKNOWN_IS_NOT_ABSENT", 5085L),
            Map.entry("replacement FORGET_ONLY_THE_DEAD", 20282L),
            Map.entry("replacement TOLD_BEFORE_DONE", 10001L),
            Map.entry("replacement QUEUES_RUN_BEFORE_SERVING", 5319L),
            Map.entry("rebalance UNKNOWN_IS_NOT_ABSENT", 20032L),
            Map.entry("rebalance EVERY_REPLICA_HAS_THE_COPY", 20027L),
            Map.entry("rebalance ONE_SWITCH_AT_A_TIME", 10011L),
            Map.entry("rebalance QUEUES_STAND_STILL", 10000L),
            Map.entry("rebalance LATE_ROWS_ARE_RESCUED", 5168L),
            Map.entry("rebalance INSERTS_HAVE_ENDED", 5168L),
            Map.entry("rebalance VISIBLE_BEFORE_THE_DROP", 10002L),
            Map.entry("rebalance ATTACHED_ONCE", 894L));

    /** How a schedule ended. */
    private enum End {
        AT_REST,
        /** A move waits for a user, and says so. Nothing was lost. */
        HELD
    }

    @Test
    void losesNoRowAndConverges() {
        var held = new LongAdder();
        LongStream.range(0, SEEDS).parallel().forEach(seed -> {
            if (run(seed, NONE) == End.HELD) {
                held.increment();
            }
        });

        assertThat(held.sum()).as("schedules that wait for a user").isLessThan(1 + SEEDS / 200);
    }

    static Stream<String> rules() {
        return Stream.of(
                        rules("scaling", ScalingInWorld.rules()),
                        rules("replacement", ReplacementInWorld.rules()),
                        rules("rebalance", RebalanceInWorld.rules()))
                .flatMap(rules -> rules);
    }

    private static Stream<String> rules(String planner, List<String> rules) {
        return rules.stream().map(rule -> planner + " " + rule);
    }

    /** The simulation must be able to notice: without any one rule, some schedule breaks a promise. */
    @ParameterizedTest
    @MethodSource("rules")
    void noticesWhenARuleIsNotObeyed(String rule) {
        assertThat(shownBy(rule))
                .as("a schedule in which it matters, of " + SEEDS_TO_NOTICE)
                .isNotEmpty();
    }

    /** The model changes, and with it what a schedule does: then another one is looked for. */
    private static LongStream shownBy(String rule) {
        return Stream.of(
                        LongStream.of(SHOWN_BY.getOrDefault(rule, 0L)),
                        LongStream.range(0, SEEDS_TO_NOTICE).parallel())
                .map(seeds -> seeds.filter(seed -> breaks(seed, rule)).findAny())
                .filter(seed -> seed.isPresent())
                .limit(1)
                .mapToLong(seed -> seed.getAsLong());
    }

    private static boolean breaks(long seed, String rule) {
        try {
            run(seed, rule);
            return false;
        } catch (AssertionError e) {
            return true;
        }
    }

    /** @param broken the planner, and its rule that is not obeyed */
    private static End run(long seed, String broken) {
        var world = new World(seed);
        var scaling = new ScalingInWorld(world, ruleOf("scaling", broken));
        var replacement = new ReplacementInWorld(world, ruleOf("replacement", broken));
        var rebalance = new RebalanceInWorld(world, ruleOf("rebalance", broken));
        for (int step = 0; step < DISTURBED_STEPS; step++) {
            world.disturb();
            step(world, scaling, replacement, rebalance, true);
        }
        world.heal();
        for (int step = 0; step < STEPS_TO_CONVERGE; step++) {
            world.obeyHolds(step);
            if (step(world, scaling, replacement, rebalance, false)
                    && world.whyNotAtRest().isEmpty()) {
                return End.AT_REST;
            }
        }
        world.require(
                rebalance.isHeldForUsers(),
                world.whyNotAtRest().orElse("all is as wanted") + ", and this goes on: " + scaling.goesOn() + "; "
                        + replacement.says() + "; " + rebalance.says() + "; " + world.says());
        return End.HELD;
    }

    private static String ruleOf(String planner, String rule) {
        return rule.startsWith(planner + " ") ? rule.substring(planner.length() + 1) : NONE;
    }

    private static boolean step(
            World world,
            ScalingInWorld scaling,
            ReplacementInWorld replacement,
            RebalanceInWorld rebalance,
            boolean disturbed) {
        world.keepCluster(disturbed);
        world.advance(!disturbed);
        world.createTables(disturbed);
        replacement.pass(disturbed);
        boolean atRest = scaling.pass(disturbed);
        rebalance.pass(disturbed);
        return atRest;
    }
}
