package io.shardwright.table;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardwright.plan.HoldReason;
import io.shardwright.plan.Plan;
import io.shardwright.table.TableAction.DropTable;
import io.shardwright.table.TableObserved.HostState;
import io.shardwright.table.TableObserved.StandingTable;
import io.shardwright.testing.Seeds;
import java.util.HashSet;
import java.util.List;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Test;

/** The planner against worlds that change under it, lie to it, and from which the operator drops out at any moment. */
class TableSimulationTest {
    /** `make soak` sets more. */
    private static final int SEEDS = Integer.getInteger("simulation.seeds", 2_000);

    private static final int DISTURBED_PASSES = 5;
    private static final int CALM_PASSES = 5;

    private static final TableIntent RETAINED = Tables.intent();
    private static final TableIntent DROPPED = Tables.droppedIntent();

    @Test
    void everyHostGetsItsTablesAndNothingIsEverDropped() {
        for (int seed = 0; seed < SEEDS; seed++) {
            var world = new FakeWorld(Seeds.random(seed));
            var before = world.ownTables();
            var foreign = world.foreignTables();

            runDisturbed(world, TablePlanner::plan, RETAINED);
            var end = runCalm(world, TablePlanner::plan, RETAINED);

            assertThat(end.actions()).as("seed %d", seed).isEmpty();
            assertThat(end.holds()).as("seed %d", seed).allMatch(hold -> hold.reason() == HoldReason.SchemaDiffers);
            assertThat(world.foreignTables()).as("seed %d", seed).isEqualTo(foreign);
            assertThat(world.ownTables()).as("seed %d", seed).containsAll(before);
            assertThat(world.ownTables()).as("seed %d", seed).hasSize(2 * world.hosts() - foreign.size());
        }
    }

    @Test
    void aDeletedTableIsRetainedUnlessItSaysDrop() {
        for (int seed = 0; seed < SEEDS; seed++) {
            var world = new FakeWorld(Seeds.random(seed));
            var before = world.ownTables();

            var plan = TablePlanner.planDeletion(RETAINED, world.observe(false));

            assertThat(plan).as("seed %d", seed).isEqualTo(Plan.none());
            assertThat(world.ownTables()).as("seed %d", seed).isEqualTo(before);
        }
    }

    @Test
    void aDroppedTableGoesFromEveryHostAndTakesNothingElseWithIt() {
        for (int seed = 0; seed < SEEDS; seed++) {
            var world = new FakeWorld(Seeds.random(seed));
            var foreign = world.foreignTables();

            runDisturbed(world, TablePlanner::planDeletion, DROPPED);
            var end = runCalm(world, TablePlanner::planDeletion, DROPPED);

            assertThat(end).as("seed %d", seed).isEqualTo(Plan.none());
            assertThat(world.ownTables()).as("seed %d", seed).isEmpty();
            assertThat(world.foreignTables()).as("seed %d", seed).isEqualTo(foreign);
        }
    }

    @Test
    void aDeletionIsNotDoneWhileAHostIsNotHeard() {
        for (int seed = 0; seed < SEEDS; seed++) {
            var world = new FakeWorld(Seeds.random(seed));
            var observed = world.observe(false);
            boolean isSomeSilent = observed.hosts().values().stream().anyMatch(HostState.Unknown.class::isInstance);

            if (isSomeSilent) {
                assertThat(TablePlanner.planDeletion(DROPPED, observed).converged())
                        .as("seed %d", seed)
                        .isFalse();
            }
        }
    }

    private static void runDisturbed(
            FakeWorld world, BiFunction<TableIntent, TableObserved, Plan<TableAction>> planner, TableIntent intent) {
        for (int pass = 0; pass < DISTURBED_PASSES; pass++) {
            var observed = world.observe(false);
            var plan = planner.apply(intent, observed);
            checkSafety(plan, observed);
            world.disturb();
            int crash = world.random().nextInt(plan.actions().size() + 1);
            execute(world, plan.actions().subList(0, crash));
        }
    }

    private static Plan<TableAction> runCalm(
            FakeWorld world, BiFunction<TableIntent, TableObserved, Plan<TableAction>> planner, TableIntent intent) {
        world.calm();
        for (int pass = 0; pass < CALM_PASSES; pass++) {
            var observed = world.observe(true);
            var plan = planner.apply(intent, observed);
            if (plan.actions().isEmpty()) {
                return plan;
            }
            checkSafety(plan, observed);
            execute(world, plan.actions());
        }
        throw new AssertionError("still not done after " + CALM_PASSES + " passes in which nothing went wrong");
    }

    /** As the runner does: a subject's failure ends that subject's actions. */
    private static void execute(FakeWorld world, List<TableAction> actions) {
        var failed = new HashSet<String>();
        for (var action : actions) {
            if (!failed.contains(action.subject()) && !world.apply(action)) {
                failed.add(action.subject());
            }
        }
    }

    /** What must hold of every plan, whatever was observed. */
    private static void checkSafety(Plan<TableAction> plan, TableObserved observed) {
        var shards = new HashSet<Integer>();
        for (var action : plan.actions()) {
            assertThat(observed.hosts().get(action.host()))
                    .as("acts only where it has seen")
                    .isInstanceOf(HostState.Seen.class);
            if (action instanceof DropTable(var host, var dialect, var database, var name)) {
                var seen = (HostState.Seen) observed.hosts().get(host);
                assertThat(seen.table(name))
                        .as("drops only what stands")
                        .map(StandingTable::engine)
                        .hasValueSatisfying(engine -> assertThat(engine).isIn("ReplicatedMergeTree", "Distributed"));
                if (name.equals("flights")) {
                    assertThat(shards.add(host.shard()))
                            .as("one replica of a shard at a time")
                            .isTrue();
                }
            }
        }
    }
}
