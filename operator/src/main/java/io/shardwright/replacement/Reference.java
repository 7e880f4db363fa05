package io.shardwright.replacement;

import io.shardwright.clickhouse.Dialect;
import io.shardwright.holdings.HostContents;
import io.shardwright.holdings.HostContents.TableId;
import io.shardwright.holdings.HostContents.TableState;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;

/** What a host should have: whatever any of its peers has. */
record Reference(
        SortedMap<String, String> databases,
        SortedMap<TableId, TableState> tables,
        SortedMap<String, String> functions) {
    /** After the name of a function. */
    private static final String CALL = "()";

    /** @param peers where two have one table in two ways, the first one's counts */
    static Reference of(List<HostContents> peers) {
        var databases = new TreeMap<String, String>();
        var tables = new TreeMap<TableId, TableState>();
        var functions = new TreeMap<String, String>();
        peers.forEach(peer -> {
            peer.databases().forEach(databases::putIfAbsent);
            peer.tables().forEach((id, table) -> tables.merge(id, table, Reference::fuller));
            peer.functions().forEach(functions::putIfAbsent);
        });
        return new Reference(databases, tables, functions);
    }

    private static TableState fuller(TableState one, TableState other) {
        return one.parts().isEmpty() && !other.parts().isEmpty() ? other : one;
    }

    boolean isEmpty() {
        return tables.isEmpty();
    }

    /** What of this a host lacks, and can be given. */
    Reference without(HostContents host, Dialect dialect) {
        var lackingTables = lacking(tables, host.tables());
        lackingTables.keySet().removeIf(id -> RestoreSql.comesWithAnother(id, dialect));
        return new Reference(lacking(databases, host.databases()), lackingTables, lacking(functions, host.functions()));
    }

    boolean lacksNothing() {
        return databases.isEmpty() && tables.isEmpty() && functions.isEmpty();
    }

    /** Their names, as they are told. */
    Set<String> objects() {
        var objects = new TreeSet<>(databases.keySet());
        tables.keySet().forEach(id -> objects.add(id.toString()));
        functions.keySet().forEach(function -> objects.add(function + CALL));
        return objects;
    }

    /** Those of certain names. */
    Reference only(Predicate<String> wanted) {
        var some = new Reference(new TreeMap<>(databases), new TreeMap<>(tables), new TreeMap<>(functions));
        some.databases.keySet().removeIf(name -> !wanted.test(name));
        some.tables.keySet().removeIf(id -> !wanted.test(id.toString()));
        some.functions.keySet().removeIf(name -> !wanted.test(name + CALL));
        return some;
    }

    /** Tables without which a host does not have all rows that it should. */
    Reference needed() {
        var some = new TreeMap<>(tables);
        some.values()
                .removeIf(table -> table.replica().isEmpty()
                        && table.parts().isEmpty()
                        && RestoreSql.isWithoutRows(table.engine()));
        return new Reference(new TreeMap<>(), some, new TreeMap<>());
    }

    /** In words. */
    String told() {
        var first = Optional.of(tables)
                .filter(some -> !some.isEmpty())
                .map(some -> "table " + some.firstKey())
                .or(() -> databases.keySet().stream().findFirst().map(name -> "database " + name))
                .orElse("functions");
        int count = databases.size() + tables.size() + functions.size();
        return "it lacks " + first + (count > 1 ? " and " + (count - 1) + " more" : "") + " that its peers have";
    }

    boolean hasReplicated() {
        return tables.values().stream().anyMatch(table -> table.replica().isPresent());
    }

    boolean hasRows() {
        return tables.values().stream().anyMatch(table -> !table.parts().isEmpty());
    }

    private static <K, V> SortedMap<K, V> lacking(SortedMap<K, V> wanted, Map<K, V> standing) {
        var lacking = new TreeMap<>(wanted);
        lacking.keySet().removeAll(standing.keySet());
        return lacking;
    }
}
