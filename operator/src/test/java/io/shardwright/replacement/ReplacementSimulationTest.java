package io.shardwright.replacement;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardwright.plan.HoldReason;
import io.shardwright.replacement.ReplacementWorld.Violation;
import io.shardwright.topology.Host;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The planner in a closed loop with a model of servers, volumes, nodes, Kubernetes and ZooKeeper, over many seeds: volumes are
 * lost, nodes go and come back, servers end or live on unseen, what is asked is not answered or answered late, limits are set and
 * removed, and the operator dies between any two steps.
 */
final class ReplacementSimulationTest {
    /** `make soak` sets more. */
    private static final int SEEDS = Integer.getInteger("simulation.seeds", 3_000);

    private static final int TROUBLED = 80;
    private static final int CALM = 150;

    @Test
    void whateverHappensNothingIsGivenUpThatNobodyElseHasAndAllServeInTheEnd() {
        LongStream.range(0, SEEDS).parallel().forEach(seed -> {
            try {
                run(seed, ReplacementRule.ALL);
            } catch (Violation e) {
                throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
            }
        });
    }

    /** The simulation must be able to notice. */
    @ParameterizedTest
    @EnumSource
    void noticesThatARuleIsBroken(ReplacementRule rule) {
        var others = new HashSet<>(ReplacementRule.ALL);
        others.remove(rule);
        assertThat(LongStream.range(0, SEEDS).parallel().anyMatch(seed -> {
                    try {
                        run(seed, others);
                        return false;
                    } catch (Violation e) {
                        return true;
                    }
                }))
                .as("without %s something goes wrong", rule)
                .isTrue();
    }

    private static void run(long seed, Set<ReplacementRule> rules) {
        var world = new ReplacementWorld(seed);
        for (int step = 0; step < TROUBLED; step++) {
            world.disturb();
            step(world, rules);
        }
        world.calmDown();
        for (int step = 0; step < CALM; step++) {
            step(world, rules).forEach((host, verdict) -> {
                if (verdict.holds().stream().anyMatch(hold -> hold.reason() == HoldReason.RowsOfItsOwn)) {
                    world.dropOwnRows(host);
                }
                boolean isHeld = verdict.holds().stream().anyMatch(hold -> hold.reason() == HoldReason.LastGoodCopy);
                if (isHeld && world.isDesperate()) {
                    world.accept(host);
                }
            });
            if (world.isHealed()) {
                world.requireNothingIsMissing();
                return;
            }
        }
        throw new Violation("does not heal: " + step(world, rules).values());
    }

    private static Map<Host, Verdict> step(ReplacementWorld world, Set<ReplacementRule> rules) {
        world.advance();
        var observed = world.observed();
        var verdicts = ReplacementPlanner.judge(world.intent(), observed, world.now(), rules);
        var actions = ReplacementPlanner.plan(verdicts).actions();
        boolean crashes = world.isCrashing();
        int done = crashes ? world.upTo(actions.size()) : actions.size();
        var outcomes = actions.stream().limit(done).map(world::execute).toList();
        if (!crashes) {
            world.remember(observed, verdicts, outcomes);
        }
        return verdicts;
    }
}
