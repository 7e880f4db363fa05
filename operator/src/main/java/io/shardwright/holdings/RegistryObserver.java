package io.shardwright.holdings;

import io.shardwright.clickhouse.ClickHouseException;
import io.shardwright.clickhouse.Servers;
import io.shardwright.holdings.HostContents.PartState;
import io.shardwright.holdings.HostContents.TableState;
import io.shardwright.holdings.Registration.RegisteredReplica;
import io.shardwright.topology.Host;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

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
     * Replicas that users named by hand are found by the word of their own server alone.
     *
     * @param said what the host says that it has; empty when it does not answer
     * @param via a server that answers
     * @param peers the shard's other hosts
     */
    public Registration ask(Host host, Optional<HostContents> said, Host via, Collection<Host> peers) {
        try {
            var stated = said.stream()
                    .flatMap(contents -> contents.tables().values().stream())
                    .filter(table -> table.replica().isPresent())
                    .collect(Collectors.toMap(Place::of, Function.identity(), (one, other) -> one));
            var own = new ArrayList<Place>();
            int ofPeers = 0;
            for (var place : places(via)) {
                if (stated.remove(place) != null || place.name().isOf(host)) {
                    own.add(place);
                } else if (peers.stream().anyMatch(place.name()::isOf)) {
                    ofPeers++;
                }
            }
            return new Registration.Known(
                    Stream.concat(
                                    replicas(via, own).stream(),
                                    stated.entrySet().stream().map(entry -> unlisted(entry.getKey(), entry.getValue())))
                            .toList(),
                    ofPeers);
        } catch (ClickHouseException e) {
            return new Registration.Unknown(String.valueOf(e.getMessage()));
        } catch (TooMuch e) {
            return new Registration.Unknown(e.getMessage(), true);
        }
    }

    /** The coordination does not know of it, or not any more: its parts are on the host's volume all the same. */
    private static RegisteredReplica unlisted(Place place, TableState table) {
        return new RegisteredReplica(
                place.table(),
                place.name(),
                false,
                table.parts().stream().map(PartState::part).toList(),
                List.of());
    }

    /**
     * Whether the coordination knows a replica of a host, of any of its volumes, at the path of a table. A server has only one
     * that stands asked for what is below it, or fails.
     *
     * @param via a server that answers
     * @throws ClickHouseException when it could not be asked
     */
    public boolean knows(Host host, String tablePath, Host via) {
        var path = "";
        for (var step : (tablePath.substring(1) + "/replicas").split("/")) {
            var above = path.isEmpty() ? "/" : path;
            if (!children(via, List.of(above)).get(above).contains(step)) {
                return false;
            }
            path += "/" + step;
        }
        return children(via, List.of(path)).get(path).stream()
                .map(ReplicaName::new)
                .anyMatch(name -> name.isOf(host));
    }

    /** There is more than can be searched. */
    private static final class TooMuch extends RuntimeException {
        private static final long serialVersionUID = 1L;

        TooMuch(String message) {
            super(message);
        }
    }

    private record Place(String table, ReplicaName name) {
        static Place of(TableState table) {
            var replica = table.replica().orElseThrow();
            return new Place(replica.path(), replica.name());
        }

        String znode() {
            return table + "/replicas/" + name;
        }

        String parts() {
            return znode() + "/parts";
        }
    }

    /** One that is being forgotten has no parts any more, and maybe no queue. */
    private List<RegisteredReplica> replicas(Host via, List<Place> places) {
        var below = children(via, places.stream().map(Place::znode).toList());
        var parts = children(
                via,
                places.stream()
                        .filter(place -> below.get(place.znode()).contains("parts"))
                        .map(Place::parts)
                        .toList());
        return places.stream()
                .map(place -> new RegisteredReplica(
                        place.table(),
                        place.name(),
                        below.get(place.znode()).contains("is_active"),
                        parts.getOrDefault(place.parts(), Set.of()).stream()
                                .map(Part::of)
                                .toList(),
                        below.get(place.znode()).contains("queue")
                                ? RegistrySql.ranges(servers.query(via, RegistrySql.drops(place.table(), place.name())))
                                : List.of()))
                .toList();
    }

    /** Level by level from the root; below a table is nothing but its own. */
    private List<Place> places(Host via) {
        var tables = new ArrayList<String>();
        var level = List.of("");
        int seen = 0;
        for (int depth = 0; depth < DEEPEST && !level.isEmpty(); depth++) {
            seen += level.size();
            if (seen > MANY) {
                throw new TooMuch("there are more than " + MANY + " znodes below its root that are no tables");
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
        if (!level.isEmpty()) {
            throw new TooMuch("there are znodes more than " + DEEPEST + " levels below its root, as "
                    + level.stream().min(String::compareTo).orElseThrow());
        }
        var names =
                children(via, tables.stream().map(table -> table + "/replicas").toList());
        return tables.stream()
                .flatMap(table ->
                        names.get(table + "/replicas").stream().map(name -> new Place(table, new ReplicaName(name))))
                .toList();
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
