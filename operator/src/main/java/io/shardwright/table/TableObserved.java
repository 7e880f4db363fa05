package io.shardwright.table;

import io.shardwright.clickhouse.Dialect;
import io.shardwright.topology.Host;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What stands of a table.
 *
 * @param hosts every host that the cluster should have
 */
record TableObserved(ClusterState cluster, SortedMap<Host, HostState> hosts) {
    TableObserved {
        hosts = Collections.unmodifiableSortedMap(new TreeMap<>(hosts));
    }

    /** Whether there is a cluster to hold the table. */
    enum ClusterState {
        PRESENT,
        MISSING,
        /** It is being deleted: its hosts go, and nothing on them is waited for. */
        GOING,
        /** Its spec is not accepted, so its hosts are not known. */
        REJECTED,
        /** The same, and it has had no hosts yet. */
        NEVER_ACCEPTED
    }

    /** What a host said. */
    sealed interface HostState {
        /** The host did not answer, or not sensibly. */
        record Unknown(String message) implements HostState {}

        /** It lacks the table, and the coordination knows a replica of it there: its rows come back with the table. */
        record BeingRestored() implements HostState {}

        /**
         * @param knowsCluster whether its remote_servers has the cluster yet
         * @param tables those of the intent's names that stand
         * @param size what the local table's active parts hold
         */
        record Seen(Dialect dialect, boolean knowsCluster, boolean hasDatabase, List<StandingTable> tables, Size size)
                implements HostState {
            public Seen {
                tables = List.copyOf(tables);
            }

            Optional<StandingTable> table(String name) {
                return tables.stream()
                        .filter(table -> table.name().equals(name))
                        .findFirst();
            }
        }
    }

    record Size(long rows, long bytes) {}

    /**
     * A table as system.tables and system.columns show it.
     *
     * @param engineFull the engine with arguments, keys and settings, as a server writes them
     */
    record StandingTable(
            String name,
            String engine,
            String engineFull,
            String partitionKey,
            String sortingKey,
            String primaryKey,
            String samplingKey,
            List<StandingColumn> columns) {
        StandingTable {
            columns = List.copyOf(columns);
        }
    }

    /** @param defaultKind DEFAULT, MATERIALIZED, ALIAS, or empty */
    record StandingColumn(String name, String type, String defaultKind, String defaultExpression) {}
}
