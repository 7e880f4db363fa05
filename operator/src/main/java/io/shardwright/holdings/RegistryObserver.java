package io.shardwright.holdings;

import io.shardwright.clickhouse.ClickHouseException;
import io.shardwright.clickhouse.Servers;
import io.shardwright.holdings.Registration.RegisteredReplica;
import io.shardwright.topology.Host;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Finds the replicas of a host in the coordination, wherever their tables are: those of tables that no other server has count
 * most. Servers are asked, since they know their root and have a session.
 */
public final class RegistryObserver {
    /** What the operator itself makes there passes. */
    private static final Set<String> PASSING = Set.of("imports");

    /** More znodes than this that are no tables make the search give up. */
    private static final int MANY = 20_000;

    /** How many znodes one statement asks for. */
    private static final int AT_ONCE = 200;

    private static final int DEEPEST = 12;

    private final Servers servers;

    public RegistryObserver(Servers servers) {
        this.servers = servers;
    }

    /**
     * @param via a server that answers
     * @param peers the shard's other hosts
     */
    public Registration ask(Host host, Host via, Collection<Host> peers) {
        try {
            var replicas = new ArrayList<RegisteredReplica>();
            int ofPeers = 0;
            for (var entry : replicasByTable(via).entrySet()) {
                var names = entry.getValue();
                ofPeers += (int) peers.stream()
                        .filter(peer -> names.contains(peer.name()))
                        .count();
                if (names.contains(host.name())) {
                    replicas.add(replica(via, entry.getKey(), host.name()));
                }
            }
            return new Registration.Known(replicas, ofPeers);
        } catch (ClickHouseException | IllegalStateException e) {
            return new Registration.Unknown(String.valueOf(e.getMessage()));
        }
    }

    private RegisteredReplica replica(Host via, String table, String name) {
        var replica = table + "/replicas/" + name;
        var found = children(via, List.of(replica, replica + "/parts"));
        return new RegisteredReplica(
                table,
                found.get(replica).contains("is_active"),
                found.get(replica + "/parts").stream().map(Part::of).toList(),
                RegistrySql.ranges(servers.query(via, RegistrySql.drops(table, name))));
    }

    /** Level by level from the root; below a table is nothing but its own. */
    private Map<String, Set<String>> replicasByTable(Host via) {
        var tables = new ArrayList<String>();
        var level = List.of("");
        int seen = 0;
        for (int depth = 0; depth < DEEPEST && !level.isEmpty(); depth++) {
            seen += level.size();
            if (seen > MANY) {
                throw new IllegalStateException("there are more than " + MANY + " znodes");
            }
            var below = new ArrayList<String>();
            children(
                            via,
                            level.stream()
                                    .map(path -> path.isEmpty() ? "/" : path)
                                    .toList())
                    .forEach((path, names) -> {
                        var prefix = path.equals("/") ? "" : path;
                        if (names.contains("replicas") && names.contains("log")) {
                            tables.add(path);
                        } else {
                            names.stream()
                                    .filter(name -> !(prefix.isEmpty() && PASSING.contains(name)))
                                    .forEach(name -> below.add(prefix + "/" + name));
                        }
                    });
            level = below;
        }
        var replicas = new HashMap<String, Set<String>>();
        children(via, tables.stream().map(table -> table + "/replicas").toList())
                .forEach((path, names) -> replicas.put(path.substring(0, path.length() - "/replicas".length()), names));
        return replicas;
    }

    private Map<String, Set<String>> children(Host via, List<String> paths) {
        var children = new HashMap<String, Set<String>>();
        paths.forEach(path -> children.put(path, new TreeSet<>()));
        for (int from = 0; from < paths.size(); from += AT_ONCE) {
            var some = paths.subList(from, Math.min(paths.size(), from + AT_ONCE));
            servers.query(via, RegistrySql.children(some))
                    .forEach(row -> children.get(row.get(0)).add(row.get(1)));
        }
        return children;
    }
}
