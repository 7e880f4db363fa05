package io.shardwright.importjob;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardwright.crds.ImportPhase;
import io.shardwright.plan.HoldReason;
import io.shardwright.testing.Seeds;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** The planner in a closed loop with a model of the servers, over many seeds. */
class ImportSimulationTest {
    /** `make soak` sets more. */
    private static final int SEEDS = Integer.getInteger("simulation.seeds", 6_000);

    private static final int TROUBLED = 80;
    private static final int CALM = 120;

    /** How an import ended. */
    private enum End {
        PUBLISHED,
        REFUSED,
        HELD,
        DOUBLED,
        TORN,
        LEFT_STAGING,
        NEVER_ENDED
    }

    @Test
    void anImportIsPublishedOnceAndWholeOrNotAtAllWhateverHappens() {
        var ends = LongStream.range(0, SEEDS)
                .parallel()
                .mapToObj(seed -> run(seed, false, seed % 10 == 0))
                .toList();

        assertThat(ends).containsOnly(End.PUBLISHED, End.REFUSED, End.HELD);
        assertThat(ends.stream().filter(End.PUBLISHED::equals).count())
                .as("most are published")
                .isGreaterThan(SEEDS / 2);
        assertThat(ends).contains(End.REFUSED, End.HELD);
    }

    @Test
    void theSimulationNoticesARuleThatIsBroken() {
        assertThat(LongStream.range(0, SEEDS)
                        .parallel()
                        .mapToObj(seed -> run(seed, true, false))
                        .anyMatch(End.DOUBLED::equals))
                .as("publishing again what the table forgot")
                .isTrue();
    }

    @Test
    void aDeletedImportLeavesNoTableEvenOfAWorkerThatHasJustBegun() {
        var ends = LongStream.range(0, SEEDS)
                .parallel()
                .mapToObj(ImportSimulationTest::runRemoval)
                .distinct()
                .toList();

        assertThat(ends).containsExactly(End.REFUSED);
    }

    /** The worker lives on for a while after its Job is gone, and so it does after the import is. */
    private static End runRemoval(long seed) {
        var world = new ImportWorld(seed, false);
        world.startWorker();
        for (int step = 0; step < TROUBLED + CALM; step++) {
            if (step < TROUBLED) {
                world.live();
            } else {
                world.heal();
            }
            world.liveOnOfWorker();
            var decision = ImportPlanner.planRemoval(world.intent(), world.observe(ImportPhase.Loading), "image");
            if (decision.isTidy()) {
                IntStream.range(0, CALM).forEach(later -> world.liveOnOfWorker());
                world.heal();
                return world.attachedCounts().isEmpty() ? end(world, ImportPhase.Failed) : End.TORN;
            }
            decision.plan().actions().forEach(world::execute);
        }
        return End.NEVER_ENDED;
    }

    /** Trouble for a while, then calm until nothing is left to do. */
    private static End run(long seed, boolean isMutant, boolean hasRowsBefore) {
        var world = new ImportWorld(seed, isMutant);
        var random = Seeds.random(~seed);
        if (hasRowsBefore) {
            world.publishSomeRowsBefore();
        }
        var phase = ImportPhase.Loading;
        boolean isHeld = false;
        for (int step = 0; step < TROUBLED + CALM; step++) {
            if (step < TROUBLED) {
                world.live();
            } else {
                world.heal();
            }
            var decision = ImportPlanner.plan(world.intent(), world.observe(phase), "image");
            if (decision.isTidy()) {
                return end(world, phase);
            }
            boolean crashes = step < TROUBLED && random.nextInt(8) == 0;
            int limit = crashes ? random.nextInt(4) : Integer.MAX_VALUE;
            for (var action : decision.plan().actions().stream().limit(limit).toList()) {
                if (!world.execute(action)) {
                    break;
                }
            }
            if (world.attachedCounts().stream().anyMatch(count -> count > 1)) {
                return End.DOUBLED;
            }
            if (phase != ImportPhase.Publishing
                    && phase != ImportPhase.Succeeded
                    && !world.attachedCounts().isEmpty()) {
                return End.TORN;
            }
            // A crash may come before the status is written.
            phase = crashes && random.nextBoolean() ? phase : decision.phase();
            isHeld = decision.plan().holds().stream().anyMatch(hold -> hold.reason() == HoldReason.RowsAlreadyPresent);
        }
        return isHeld && world.wasFlooded() ? End.HELD : End.NEVER_ENDED;
    }

    private static End end(ImportWorld world, ImportPhase phase) {
        if (world.hasStaging()) {
            return End.LEFT_STAGING;
        }
        if (phase == ImportPhase.Failed) {
            return world.attachedCounts().isEmpty() ? End.REFUSED : End.TORN;
        }
        return world.isWhole() ? End.PUBLISHED : End.TORN;
    }
}
