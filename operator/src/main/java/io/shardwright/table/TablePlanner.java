package io.shardwright.table;

import io.shardwright.plan.Hold;
import io.shardwright.plan.HoldReason;
import io.shardwright.plan.Plan;
import io.shardwright.table.TableAction.CreateDatabase;
import io.shardwright.table.TableAction.CreateDistributedTable;
import io.shardwright.table.TableAction.CreateLocalTable;
import io.shardwright.table.TableAction.DropTable;
import io.shardwright.table.TableObserved.HostState;
import io.shardwright.table.TableObserved.StandingTable;
import io.shardwright.topology.Host;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Creation asks each host by itself: what a host lacks is created there, in the order database, local table, Distributed
 * table; what differs from the spec is held and left alone; what a host does not say holds that host and no other.
 *
 * <p>Dropping, when a Table with {@code deletionPolicy: Drop} is deleted, goes in two rounds: the Distributed table on every
 * host, then the local tables, one replica of each shard at a time. Two replicas dropped at once could each see the other
 * and both leave the table's metadata behind in the coordination.
 */
final class TablePlanner {
    private TablePlanner() {}

    static Plan<TableAction> plan(TableIntent intent, TableObserved observed) {
        return switch (observed.cluster()) {
            case PRESENT -> create(intent, observed);
            case MISSING ->
                withoutCluster(intent, HoldReason.ClusterMissing, "does not exist: create it, or delete this Table");
            case GOING -> withoutCluster(intent, HoldReason.ClusterMissing, "is being deleted");
            case REJECTED, NEVER_ACCEPTED ->
                withoutCluster(intent, HoldReason.ClusterNotAccepted, "is not accepted: see its Accepted condition");
        };
    }

    /**
     * What is left to do before a deleted Table may go; nothing when the plan is converged.
     *
     * <p>NEVER_DROP_UNASKED: only a Table that says Drop drops. Of a cluster that goes away, rows and all, or that has had no
     * hosts, nothing is waited for.
     */
    static Plan<TableAction> planDeletion(TableIntent intent, TableObserved observed) {
        if (!intent.dropWhenDeleted()) {
            return Plan.none();
        }
        return switch (observed.cluster()) {
            case PRESENT -> drop(intent, observed);
            case MISSING, GOING, NEVER_ACCEPTED -> Plan.none();
            case REJECTED ->
                withoutCluster(
                        intent,
                        HoldReason.ClusterNotAccepted,
                        "is not accepted, so its hosts are not known: mend its spec, or set deletionPolicy: Retain to let"
                                + " this object go and the tables stay");
        };
    }

    private static Plan<TableAction> withoutCluster(TableIntent intent, HoldReason reason, String state) {
        var message = "ClickHouseCluster " + intent.cluster() + " in namespace " + intent.namespace() + " " + state;
        return new Plan<>(List.of(), List.of(new Hold(reason, intent.cluster(), message)));
    }

    private static Plan<TableAction> create(TableIntent intent, TableObserved observed) {
        var actions = new ArrayList<TableAction>();
        var holds = new ArrayList<Hold>();
        observed.hosts().forEach((host, state) -> {
            switch (state) {
                case HostState.Unknown unknown -> holds.add(unreachable(host, unknown));
                case HostState.BeingRestored restored -> holds.add(beingRestored(host));
                case HostState.Seen seen -> {
                    actions.addAll(missing(intent, host, seen));
                    differing(intent, host, seen).ifPresent(holds::add);
                }
            }
        });
        return new Plan<>(actions, holds);
    }

    private static List<TableAction> missing(TableIntent intent, Host host, HostState.Seen seen) {
        var actions = new ArrayList<TableAction>();
        if (!seen.hasDatabase()) {
            actions.add(new CreateDatabase(host, intent.names().database()));
        }
        if (seen.table(intent.names().local()).isEmpty()) {
            actions.add(new CreateLocalTable(host, intent));
        }
        if (mayCreateDistributed(intent, seen)) {
            actions.add(new CreateDistributedTable(host, intent));
        }
        return actions;
    }

    /** A server refuses a Distributed table over a cluster that it does not know, and it knows it a moment later. */
    private static boolean mayCreateDistributed(TableIntent intent, HostState.Seen seen) {
        return intent.names()
                        .distributed()
                        .filter(name -> seen.table(name).isEmpty())
                        .isPresent()
                && seen.knowsCluster();
    }

    private static Optional<Hold> differing(TableIntent intent, Host host, HostState.Seen seen) {
        var differences = SchemaComparison.differences(intent, seen);
        return differences.isEmpty()
                ? Optional.empty()
                : Optional.of(new Hold(
                        HoldReason.SchemaDiffers,
                        host.name(),
                        String.join("; ", differences)
                                + ". Nothing is altered or dropped: change the spec to what stands, or alter the table by"
                                + " hand"));
    }

    /** NEVER_READ_FROM_HALF: where rows were lost, the table is made when nobody reads from the host. */
    private static Hold beingRestored(Host host) {
        return new Hold(
                HoldReason.ReplicaBeingRestored,
                host.name(),
                "its replica was lost: the table comes back with its rows, see status.replacement of Shard "
                        + host.cluster().shardName(host.shard()));
    }

    private static Hold unreachable(Host host, HostState.Unknown unknown) {
        return new Hold(HoldReason.HostUnreachable, host.name(), "the host does not answer: " + unknown.message());
    }

    private static Plan<TableAction> drop(TableIntent intent, TableObserved observed) {
        var holds = new ArrayList<Hold>();
        var distributed = new ArrayList<TableAction>();
        var local = new ArrayList<TableAction>();
        var shards = new HashSet<Integer>();
        observed.hosts().forEach((host, state) -> {
            switch (state) {
                case HostState.Unknown unknown -> holds.add(undroppable(host, unknown));
                case HostState.BeingRestored restored -> holds.add(beingRestored(host));
                case HostState.Seen seen -> {
                    standing(seen, intent.names().distributed(), TablePlanner::isDistributed)
                            .ifPresent(table -> distributed.add(drop(intent, host, seen, table)));
                    standing(seen, Optional.of(intent.names().local()), TablePlanner::isReplicated)
                            .filter(table -> shards.add(host.shard()))
                            .ifPresent(table -> local.add(drop(intent, host, seen, table)));
                }
            }
        });
        return new Plan<>(distributed.isEmpty() ? local : distributed, holds);
    }

    private static Hold undroppable(Host host, HostState.Unknown unknown) {
        return new Hold(
                HoldReason.HostUnreachable,
                host.name(),
                "the table can't be dropped there while the host does not answer (" + unknown.message()
                        + "); set deletionPolicy: Retain to let this object go without it");
    }

    private static Optional<StandingTable> standing(
            HostState.Seen seen, Optional<String> name, Predicate<StandingTable> isOurs) {
        return name.flatMap(seen::table).filter(isOurs);
    }

    /** NEVER_DROP_ANOTHERS: a view, say, that someone put in the table's place is not the Table's. */
    private static boolean isDistributed(StandingTable table) {
        return table.engine().equals("Distributed");
    }

    private static boolean isReplicated(StandingTable table) {
        return table.engine().startsWith("Replicated") && table.engine().endsWith("MergeTree");
    }

    private static DropTable drop(TableIntent intent, Host host, HostState.Seen seen, StandingTable table) {
        return new DropTable(host, seen.dialect(), intent.names().database(), table.name());
    }
}
