package io.shardwright.scaling;

import io.shardwright.clickhouse.ClickHouseException;
import io.shardwright.clickhouse.Dialect;
import io.shardwright.clickhouse.Servers;
import io.shardwright.holdings.ContentsSql;
import io.shardwright.holdings.Coverage;
import io.shardwright.holdings.HostContents;
import io.shardwright.holdings.Registration.Known;
import io.shardwright.holdings.Registration.RegisteredReplica;
import io.shardwright.holdings.Registration.Unknown;
import io.shardwright.holdings.RegistryObserver;
import io.shardwright.holdings.ReplicaForgetter;
import io.shardwright.keeper.Keeper;
import io.shardwright.scaling.ScalingObserved.Backing;
import io.shardwright.scaling.ScalingObserved.Registration;
import io.shardwright.topology.ClusterIntent;
import io.shardwright.topology.Host;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** What the coordination knows of a host's replicas, whether others have what they have, and how they are forgotten. */
final class Replicas {
    private static final int NAMED = 3;

    private final Servers servers;
    private final ReplicaForgetter forgetter;
    private final RegistryObserver registry;

    Replicas(Servers servers, Keeper keeper) {
        this.servers = servers;
        this.forgetter = new ReplicaForgetter(keeper);
        this.registry = new RegistryObserver(servers);
    }

    /** What is found of a host. */
    record Findings(Backing backing, Registration registration) {}

    /**
     * @param answers whether the host itself does: it knows of replicas that users named by hand
     * @param via a server that answers
     * @param keepers hosts of the same shard that stay and serve
     */
    Findings look(Host host, boolean answers, Host via, List<Host> keepers, Dialect dialect) {
        var said = Optional.<HostContents>empty();
        if (answers) {
            try {
                said = Optional.of(contents(host, dialect));
            } catch (ClickHouseException | IllegalArgumentException e) {
                return unknown(host.name() + " does not answer: " + e.getMessage());
            }
        }
        return switch (registry.ask(host, said, via, keepers)) {
            case Unknown(var message, var _) -> unknown(message);
            case Known known -> new Findings(backing(known, keepers, dialect), registration(known.replicas()));
        };
    }

    private static Findings unknown(String why) {
        return new Findings(new Backing.Unknown(why), Registration.UNKNOWN);
    }

    private HostContents contents(Host host, Dialect dialect) {
        return ContentsSql.parse(servers.query(host, ContentsSql.withoutListing(dialect)), false);
    }

    private static Registration registration(List<RegisteredReplica> replicas) {
        if (replicas.isEmpty()) {
            return Registration.NONE;
        }
        return replicas.stream().anyMatch(RegisteredReplica::active) ? Registration.ACTIVE : Registration.INACTIVE;
    }

    private Backing backing(Known known, List<Host> keepers, Dialect dialect) {
        if (keepers.isEmpty()) {
            return new Backing.Unknown("no other replica of its shard serves");
        }
        var contents = new ArrayList<HostContents>();
        for (var keeper : keepers) {
            try {
                contents.add(contents(keeper, dialect));
            } catch (ClickHouseException | IllegalArgumentException e) {
                return new Backing.Unknown(keeper.name() + " does not answer: " + e.getMessage());
            }
        }
        var uncovered = Coverage.uncovered(known.replicas(), contents);
        int parts = known.replicas().stream()
                .mapToInt(replica -> replica.parts().size())
                .sum();
        return uncovered.isEmpty()
                ? new Backing.Complete(
                        "its " + parts + " parts, of " + known.replicas().size() + " tables, are on "
                                + keepers.stream().map(Host::name).collect(Collectors.joining(", ")))
                : new Backing.Incomplete(uncovered.size() + " of its " + parts + " parts ("
                        + uncovered.stream().limit(NAMED).collect(Collectors.joining(", "))
                        + (uncovered.size() > NAMED ? ", …" : "") + ")");
    }

    /** Those that hold no session. */
    void forget(Host host, Host via, ClusterIntent cluster) {
        if (!(registry.ask(host, Optional.empty(), via, List.of()) instanceof Known known)) {
            return;
        }
        var dialect = Dialect.of(cluster.version());
        known.replicas().stream().filter(replica -> !replica.active()).forEach(replica -> {
            if (dialect.hasDropReplica()) {
                servers.execute(via, dialect.dropReplica(replica.name().value(), replica.path()));
            } else {
                forgetter.forget(replica, cluster.coordination());
            }
        });
    }
}
