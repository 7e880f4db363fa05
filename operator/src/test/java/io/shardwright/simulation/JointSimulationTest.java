package io.shardwright.simulation;

import io.shardwright.rebalance.RebalanceInWorld;
import io.shardwright.replacement.ReplacementInWorld;
import io.shardwright.scaling.ScalingInWorld;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/**
 * The planners of scaling, replacement and rebalancing together over one model, in schedules of faults: users who change their
 * minds, servers that die, hide, hang or lose their volumes, a coordination that is away, caches that lag, and an operator that
 * dies between any two actions. After each step every row is on a volume that it is served from, or will be; in the end every
 * row is there once, and what was asked for stands.
 */
final class JointSimulationTest {
    /** `make soak` sets more. */
    private static final int SEEDS = Integer.getInteger("simulation.schedules", 100_000);

    private static final int DISTURBED_STEPS = 16;
    private static final int STEPS_TO_CONVERGE = 300;

    @Test
    void losesNoRowAndConverges() {
        LongStream.range(0, SEEDS).parallel().forEach(JointSimulationTest::run);
    }

    private static void run(long seed) {
        var world = new World(seed);
        var scaling = new ScalingInWorld(world);
        var replacement = new ReplacementInWorld(world);
        var rebalance = new RebalanceInWorld(world);
        for (int step = 0; step < DISTURBED_STEPS; step++) {
            world.disturb();
            step(world, scaling, replacement, rebalance, true);
        }
        world.heal();
        for (int step = 0; step < STEPS_TO_CONVERGE; step++) {
            world.discardAbandonedVolumes();
            if (step(world, scaling, replacement, rebalance, false)
                    && world.whyNotAtRest().isEmpty()) {
                return;
            }
        }
        world.require(
                false,
                world.whyNotAtRest().orElse("all is as wanted") + ", and this goes on: " + scaling.goesOn() + "; "
                        + replacement.says() + "; " + rebalance.says());
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
