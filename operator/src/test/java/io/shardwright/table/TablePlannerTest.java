package io.shardwright.table;

import static io.shardwright.table.Tables.distributed;
import static io.shardwright.table.Tables.droppedIntent;
import static io.shardwright.table.Tables.empty;
import static io.shardwright.table.Tables.host;
import static io.shardwright.table.Tables.intent;
import static io.shardwright.table.Tables.local;
import static io.shardwright.table.Tables.observed;
import static io.shardwright.table.Tables.seen;
import static org.assertj.core.api.Assertions.assertThat;

import io.shardwright.plan.Hold;
import io.shardwright.plan.HoldReason;
import io.shardwright.plan.Plan;
import io.shardwright.table.TableAction.CreateDatabase;
import io.shardwright.table.TableAction.CreateDistributedTable;
import io.shardwright.table.TableAction.CreateLocalTable;
import io.shardwright.table.TableAction.DropTable;
import io.shardwright.table.TableObserved.ClusterState;
import io.shardwright.table.TableObserved.HostState;
import io.shardwright.table.TableObserved.Size;
import io.shardwright.topology.Host;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class TablePlannerTest {
    private static final TableIntent INTENT = intent();
    private static final HostState.Unknown SILENT = new HostState.Unknown("Connection refused");

    @Test
    void createsDatabaseLocalAndDistributedTableInThatOrderOnAnEmptyHost() {
        var plan = TablePlanner.plan(INTENT, observed(host -> host.equals(host(0, 1)) ? empty() : standing()));

        assertThat(plan)
                .isEqualTo(new Plan<TableAction>(
                        List.of(
                                new CreateDatabase(host(0, 1), "nyc"),
                                new CreateLocalTable(host(0, 1), INTENT),
                                new CreateDistributedTable(host(0, 1), INTENT)),
                        List.of()));
    }

    @Test
    void createsOnlyWhatAHostLacks() {
        var plan = TablePlanner.plan(INTENT, observed(host -> switch (host.name()) {
            case "flights-0-0" -> seen();
            case "flights-0-1" -> seen(local());
            case "flights-1-0" -> seen(distributed());
            default -> standing();
        }));

        assertThat(plan)
                .isEqualTo(new Plan<TableAction>(
                        List.of(
                                new CreateLocalTable(host(0, 0), INTENT),
                                new CreateDistributedTable(host(0, 0), INTENT),
                                new CreateDistributedTable(host(0, 1), INTENT),
                                new CreateLocalTable(host(1, 0), INTENT)),
                        List.of()));
    }

    @Test
    void doesNothingWhereEverythingStands() {
        assertThat(TablePlanner.plan(INTENT, observed(host -> standing())).converged())
                .isTrue();
    }

    @Test
    void wantsNoDistributedTableThatIsNotDeclared() {
        var without = intent(spec -> {
            spec.distributed = null;
            return spec;
        });

        assertThat(TablePlanner.plan(without, observed(host -> seen(local()))).converged())
                .isTrue();
    }

    @Test
    void waitsWithTheDistributedTableUntilTheServerKnowsTheCluster() {
        var ignorant = new HostState.Seen(Tables.DIALECT, false, true, List.of(), new Size(0, 0));

        var plan = TablePlanner.plan(INTENT, observed(host -> host.equals(host(0, 0)) ? ignorant : standing()));

        assertThat(plan).isEqualTo(new Plan<TableAction>(List.of(new CreateLocalTable(host(0, 0), INTENT)), List.of()));
    }

    @Test
    void aSilentHostIsHeldAndKeepsNoOtherFromGoingOn() {
        var plan = TablePlanner.plan(INTENT, observed(host -> switch (host.name()) {
            case "flights-0-0" -> SILENT;
            case "flights-1-1" -> empty();
            default -> standing();
        }));

        assertThat(plan.actions()).extracting(TableAction::host).containsOnly(host(1, 1));
        assertThat(plan.holds())
                .containsExactly(new Hold(
                        HoldReason.HostUnreachable, "flights-0-0", "the host does not answer: Connection refused"));
    }

    @Test
    void aTableThatDiffersIsHeldAndLeftAlone() {
        var narrow = local("MergeTree", Tables.COLUMNS);

        var plan = TablePlanner.plan(
                INTENT, observed(host -> host.equals(host(1, 0)) ? seen(narrow, distributed()) : standing()));

        assertThat(plan.actions()).isEmpty();
        assertThat(plan.holds()).singleElement().satisfies(hold -> {
            assertThat(hold.reason()).isEqualTo(HoldReason.SchemaDiffers);
            assertThat(hold.subject()).isEqualTo("flights-1-0");
            assertThat(hold.message()).startsWith("the engine is MergeTree, the spec says ReplicatedMergeTree");
        });
    }

    @Test
    void holdsWhileThereIsNoCluster() {
        for (var state :
                List.of(ClusterState.MISSING, ClusterState.GOING, ClusterState.REJECTED, ClusterState.NEVER_ACCEPTED)) {
            var plan = TablePlanner.plan(INTENT, new TableObserved(state, new TreeMap<>()));

            assertThat(plan.actions()).as(state.name()).isEmpty();
            assertThat(plan.holds()).as(state.name()).singleElement().satisfies(hold -> {
                assertThat(hold.reason())
                        .isEqualTo(
                                state == ClusterState.MISSING || state == ClusterState.GOING
                                        ? HoldReason.ClusterMissing
                                        : HoldReason.ClusterNotAccepted);
                assertThat(hold.subject()).isEqualTo("flights");
            });
        }
    }

    @Test
    void dropsNothingUnlessAsked() {
        assertThat(TablePlanner.planDeletion(INTENT, observed(host -> standing())))
                .isEqualTo(Plan.none());
        assertThat(TablePlanner.planDeletion(INTENT, observed(host -> SILENT))).isEqualTo(Plan.none());
    }

    @Test
    void dropsTheDistributedTablesOfAllHostsFirst() {
        var plan = TablePlanner.planDeletion(droppedIntent(), observed(host -> standing()));

        assertThat(plan)
                .isEqualTo(new Plan<TableAction>(
                        Tables.LAYOUT.hosts().stream()
                                .map(host -> drop(host, "flights_all"))
                                .toList(),
                        List.of()));
    }

    @Test
    void dropsOneReplicaOfAShardAtATime() {
        assertThat(TablePlanner.planDeletion(droppedIntent(), observed(host -> seen(local()))))
                .isEqualTo(new Plan<TableAction>(
                        List.of(drop(host(0, 0), "flights"), drop(host(1, 0), "flights")), List.of()));
        assertThat(TablePlanner.planDeletion(
                        droppedIntent(), observed(host -> host.replica() == 0 ? seen() : seen(local()))))
                .isEqualTo(new Plan<TableAction>(
                        List.of(drop(host(0, 1), "flights"), drop(host(1, 1), "flights")), List.of()));
    }

    @Test
    void isDoneWithDroppingWhenNothingStands() {
        assertThat(TablePlanner.planDeletion(droppedIntent(), observed(host -> seen()))
                        .converged())
                .isTrue();
        assertThat(TablePlanner.planDeletion(droppedIntent(), observed(host -> empty()))
                        .converged())
                .isTrue();
    }

    @Test
    void aSilentHostKeepsADroppedTableFromBeingGone() {
        var plan = TablePlanner.planDeletion(
                droppedIntent(), observed(host -> host.equals(host(0, 0)) ? SILENT : seen(local())));

        assertThat(plan.actions()).isEqualTo(List.of(drop(host(0, 1), "flights"), drop(host(1, 0), "flights")));
        assertThat(plan.holds()).singleElement().satisfies(hold -> {
            assertThat(hold.subject()).isEqualTo("flights-0-0");
            assertThat(hold.message()).contains("Connection refused", "deletionPolicy: Retain");
        });
    }

    @Test
    void aClusterThatGoesOrHasHadNoHostsIsNotWaitedFor() {
        for (var state : List.of(ClusterState.MISSING, ClusterState.GOING, ClusterState.NEVER_ACCEPTED)) {
            assertThat(TablePlanner.planDeletion(droppedIntent(), new TableObserved(state, new TreeMap<>())))
                    .as(state.name())
                    .isEqualTo(Plan.none());
        }
    }

    @Test
    void aClusterWhoseHostsAreNotKnownIsWaitedFor() {
        var plan =
                TablePlanner.planDeletion(droppedIntent(), new TableObserved(ClusterState.REJECTED, new TreeMap<>()));

        assertThat(plan.actions()).isEmpty();
        assertThat(plan.holds()).singleElement().satisfies(hold -> {
            assertThat(hold.reason()).isEqualTo(HoldReason.ClusterNotAccepted);
            assertThat(hold.message()).contains("not accepted", "set deletionPolicy: Retain");
        });
    }

    @Test
    void dropsNothingThatIsNotItsOwn() {
        var view = local("View", Tables.COLUMNS);
        var plain = new TableObserved.StandingTable(
                "flights_all", "MergeTree", "MergeTree ORDER BY a", "", "a", "a", "", List.of());

        assertThat(TablePlanner.planDeletion(droppedIntent(), observed(host -> seen(view, plain))))
                .isEqualTo(Plan.none());
    }

    private static HostState.Seen standing() {
        return seen(local(), distributed());
    }

    private static TableAction drop(Host host, String table) {
        return new DropTable(host, Tables.DIALECT, "nyc", table);
    }
}
