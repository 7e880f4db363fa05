package io.shardwright.holdings;

import io.shardwright.holdings.Registration.RegisteredReplica;
import io.shardwright.topology.Host;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a server has.
 *
 * @param replicaName under which it makes its replicas, as its macros say; empty when they don't
 * @param databases their engines, with their arguments, by name
 * @param tables and views and dictionaries
 * @param functions the statements that make them, by name
 * @param listed the hosts of the cluster that its remote_servers lists; empty while it can't say
 */
public record HostContents(
        Optional<ReplicaName> replicaName,
        SortedMap<String, String> databases,
        SortedMap<TableId, TableState> tables,
        SortedMap<String, String> functions,
        Optional<Set<String>> listed) {
    public HostContents {
        databases = Collections.unmodifiableSortedMap(new TreeMap<>(databases));
        tables = Collections.unmodifiableSortedMap(new TreeMap<>(tables));
        functions = Collections.unmodifiableSortedMap(new TreeMap<>(functions));
        listed = listed.map(Set::copyOf);
    }

    public HostContents withDatabases(SortedMap<String, String> engines) {
        return new HostContents(replicaName, engines, tables, functions, listed);
    }

    public boolean isEmpty() {
        return tables.isEmpty();
    }

    /** Whether a replicated table has rows. */
    public boolean hasParts() {
        return tables.values().stream().anyMatch(table -> !table.parts().isEmpty());
    }

    /** What a host of another shard should have as well: not the rows, nor the tables of partitions on their way to this one. */
    public HostContents forOtherShards() {
        var schema = new TreeMap<>(tables);
        schema.keySet().removeIf(TableId::isOfMove);
        schema.replaceAll((id, table) -> new TableState(table.engine(), table.create(), table.replica(), List.of()));
        return new HostContents(replicaName, databases, schema, functions, listed);
    }

    /** Under which its server makes replicas. */
    public ReplicaName replicaNameOr(Host host) {
        return replicaName.orElseGet(() -> new ReplicaName(host.name()));
    }

    /** Whether a place in the coordination is that of one of its tables. */
    public boolean hasReplicaAt(RegisteredReplica place) {
        return tables.values().stream()
                .flatMap(table -> table.replica().stream())
                .anyMatch(replica -> replica.isAt(place));
    }

    /** Bytes of its replicated tables. */
    public long replicatedBytes() {
        return tables.values().stream()
                .filter(table -> table.replica().isPresent())
                .flatMap(table -> table.parts().stream())
                .mapToLong(PartState::bytes)
                .sum();
    }

    /** Name of a table, in the order in which tables are told. */
    public record TableId(String database, String table) implements Comparable<TableId> {
        /** With this begin the names of tables that hold a partition which changes shards. */
        public static final String OF_MOVES = "_move_";

        boolean isOfMove() {
            return table.startsWith(OF_MOVES);
        }

        @Override
        public int compareTo(TableId other) {
            int databases = database.compareTo(other.database);
            return databases != 0 ? databases : table.compareTo(other.table);
        }

        @Override
        public String toString() {
            return database + "." + table;
        }
    }

    /**
     * A table, view or dictionary.
     *
     * @param create the statement that makes it
     * @param replica of a replicated table; empty of any other
     * @param parts the active ones of a replicated table
     */
    public record TableState(String engine, String create, Optional<ReplicaState> replica, List<PartState> parts) {
        public TableState {
            parts = List.copyOf(parts);
        }
    }

    /**
     * A replica of a table.
     *
     * @param path of the table in the coordination
     * @param name of the replica there
     * @param active false while it is read-only, or another server holds its place
     */
    public record ReplicaState(String path, ReplicaName name, boolean active) {
        public boolean isAt(RegisteredReplica place) {
            return path.equals(place.path()) && name.equals(place.name());
        }
    }

    /**
     * @param settled false for one so young that a peer may well not have it yet
     */
    public record PartState(Part part, long rows, long bytes, boolean settled) {}
}
