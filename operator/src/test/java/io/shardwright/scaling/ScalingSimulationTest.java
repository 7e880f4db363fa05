package io.shardwright.scaling;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardwright.simulation.World;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Runs the planner against a model in which users change their minds, servers die and come back, do not answer, lose their
 * volumes, the coordination is away, caches lag, and the operator dies between any two actions.
 */
final class ScalingSimulationTest {
    /** `make soak` sets more. */
    private static final int SEEDS = Integer.getInteger("simulation.seeds", 3_000);

    private static final int DISTURBED_STEPS = 25;
    private static final int STEPS_TO_CONVERGE = 300;

    @Test
    void convergesAndLosesNothing() {
        LongStream.range(0, SEEDS).parallel().forEach(seed -> run(seed, ""));
    }

    /** The simulation must be able to notice: without any one rule, some seed breaks a promise. */
    @ParameterizedTest
    @EnumSource(ScalingRule.class)
    void noticesWhenARuleIsNotObeyed(ScalingRule rule) {
        assertThat(LongStream.range(0, 10_000).parallel().anyMatch(seed -> breaks(seed, rule.name())))
                .as("a schedule in which it matters")
                .isTrue();
    }

    private static boolean breaks(long seed, String broken) {
        try {
            run(seed, broken);
            return false;
        } catch (AssertionError e) {
            return true;
        }
    }

    private static void run(long seed, String broken) {
        var world = new World(seed);
        var scaling = new ScalingInWorld(world, broken);
        for (int step = 0; step < DISTURBED_STEPS; step++) {
            world.disturb();
            step(world, scaling, true);
        }
        world.heal();
        for (int step = 0; step < STEPS_TO_CONVERGE; step++) {
            world.obeyHolds(step);
            if (step(world, scaling, false) && world.whyNotAtRest().isEmpty()) {
                return;
            }
        }
        world.require(
                false, world.whyNotAtRest().orElse("all is as wanted") + ", and this goes on: " + scaling.goesOn());
    }

    private static boolean step(World world, ScalingInWorld scaling, boolean disturbed) {
        world.keepCluster(disturbed);
        world.advance(!disturbed);
        world.admit(disturbed);
        boolean atRest = scaling.pass(disturbed);
        world.rebalance();
        return atRest;
    }
}
