package io.shardwright.table;

import io.shardwright.table.TableAction.CreateDatabase;
import io.shardwright.table.TableAction.CreateDistributedTable;
import io.shardwright.table.TableAction.CreateLocalTable;
import io.shardwright.table.TableAction.DropTable;
import io.shardwright.table.TableObserved.ClusterState;
import io.shardwright.table.TableObserved.HostState;
import io.shardwright.table.TableObserved.Size;
import io.shardwright.table.TableObserved.StandingTable;
import io.shardwright.topology.Host;
import io.shardwright.topology.Layout;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;

/** Hosts in memory that come, go, answer or not, and do what actions say as servers would. */
final class FakeWorld {
    private static final class Server {
        boolean up = true;
        boolean knowsCluster = true;
        boolean hasDatabase;
        final TreeMap<String, StandingTable> tables = new TreeMap<>();
    }

    private final Random random;
    private final TreeMap<Host, Server> servers = new TreeMap<>();

    /** Servers that hold anything from nothing to everything, some of it not as declared. */
    FakeWorld(Random random) {
        this.random = random;
        var layout = Layout.of(Tables.LAYOUT.cluster(), new Layout.Size(1 + random.nextInt(3), 1 + random.nextInt(3)));
        layout.hosts().forEach(host -> servers.put(host, server()));
    }

    private Server server() {
        var server = new Server();
        server.knowsCluster = random.nextInt(4) > 0;
        server.hasDatabase = random.nextBoolean();
        if (server.hasDatabase && random.nextBoolean()) {
            server.tables.put("flights", random.nextInt(8) == 0 ? foreign("flights") : Tables.local());
        }
        if (server.hasDatabase && random.nextBoolean()) {
            server.tables.put("flights_all", random.nextInt(8) == 0 ? foreign("flights_all") : Tables.distributed());
        }
        server.up = random.nextInt(5) > 0;
        return server;
    }

    private static StandingTable foreign(String name) {
        return new StandingTable(name, "View", "", "", "", "", "", List.of());
    }

    /** Hosts go and come back, and learn of the cluster. */
    void disturb() {
        servers.values().forEach(server -> {
            server.up = random.nextInt(4) == 0 ? !server.up : server.up;
            server.knowsCluster |= random.nextInt(3) == 0;
        });
    }

    void calm() {
        servers.values().forEach(server -> {
            server.up = true;
            server.knowsCluster = true;
        });
    }

    /** A host that is up may still not be heard. */
    TableObserved observe(boolean reliably) {
        var states = new TreeMap<Host, HostState>();
        var hosts = new ArrayList<>(servers.keySet());
        Collections.shuffle(hosts, random);
        hosts.forEach(host -> states.put(host, state(servers.get(host), reliably)));
        return new TableObserved(ClusterState.PRESENT, states);
    }

    private HostState state(Server server, boolean reliably) {
        return server.up && (reliably || random.nextInt(10) > 0)
                ? new HostState.Seen(
                        Tables.DIALECT,
                        server.knowsCluster,
                        server.hasDatabase,
                        List.copyOf(server.tables.values()),
                        new Size(0, 0))
                : new HostState.Unknown("silent");
    }

    /** False when the server refused or was not there. */
    boolean apply(TableAction action) {
        var server = servers.get(action.host());
        if (!server.up) {
            return false;
        }
        return switch (action) {
            case CreateDatabase create -> {
                server.hasDatabase = true;
                yield true;
            }
            case CreateLocalTable create -> server.hasDatabase && create(server, Tables.local());
            case CreateDistributedTable create ->
                server.hasDatabase && server.knowsCluster && create(server, Tables.distributed());
            case DropTable drop -> {
                server.tables.remove(drop.table());
                yield true;
            }
        };
    }

    private static boolean create(Server server, StandingTable table) {
        server.tables.putIfAbsent(table.name(), table);
        return true;
    }

    Optional<StandingTable> table(Host host, String name) {
        return Optional.ofNullable(servers.get(host).tables.get(name));
    }

    /** Every table on every host that is not the operator's. */
    List<String> foreignTables() {
        return servers.entrySet().stream()
                .flatMap(entry -> entry.getValue().tables.values().stream()
                        .filter(table -> table.engine().equals("View"))
                        .map(table -> entry.getKey().name() + "/" + table.name()))
                .toList();
    }

    List<String> ownTables() {
        return servers.entrySet().stream()
                .flatMap(entry -> entry.getValue().tables.values().stream()
                        .filter(table -> !table.engine().equals("View"))
                        .map(table -> entry.getKey().name() + "/" + table.name()))
                .toList();
    }

    int hosts() {
        return servers.size();
    }

    Random random() {
        return random;
    }
}
