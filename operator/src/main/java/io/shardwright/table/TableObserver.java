package io.shardwright.table;

import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.shardwright.clickhouse.ClickHouseException;
import io.shardwright.clickhouse.Servers;
import io.shardwright.crds.ClickHouseCluster;
import io.shardwright.crds.Table;
import io.shardwright.holdings.RegistryObserver;
import io.shardwright.plan.Parsed;
import io.shardwright.table.TableObserved.ClusterState;
import io.shardwright.table.TableObserved.HostState;
import io.shardwright.topology.ClusterIntent;
import io.shardwright.topology.ClusterParser;
import io.shardwright.topology.Host;
import java.util.HashMap;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Looks at what stands of a table: its cluster from the cache, and one statement to each host, all at once. */
final class TableObserver {
    private final Servers servers;
    private final RegistryObserver registry;
    private final String dnsDomain;

    TableObserver(Servers servers, String dnsDomain) {
        this.servers = servers;
        this.registry = new RegistryObserver(servers);
        this.dnsDomain = dnsDomain;
    }

    TableObserved observe(TableIntent intent, Context<Table> context) {
        return context.getSecondaryResource(ClickHouseCluster.class)
                .map(cluster -> observe(intent, cluster))
                .orElseGet(() -> without(ClusterState.MISSING));
    }

    TableObserved observe(TableIntent intent, ClickHouseCluster cluster) {
        if (cluster.getMetadata().getDeletionTimestamp() != null) {
            return without(ClusterState.GOING);
        }
        return switch (ClusterParser.parse(cluster, dnsDomain)) {
            case Parsed.Rejected<ClusterIntent> rejected ->
                without(hasHadHosts(cluster) ? ClusterState.REJECTED : ClusterState.NEVER_ACCEPTED);
            case Parsed.Accepted<ClusterIntent>(var accepted) ->
                new TableObserved(ClusterState.PRESENT, ask(accepted.hostsWithTables(), intent));
        };
    }

    private static boolean hasHadHosts(ClickHouseCluster cluster) {
        var status = cluster.getStatus();
        return status != null && status.layout() != null && !status.layout().isEmpty();
    }

    private static TableObserved without(ClusterState state) {
        return new TableObserved(state, new TreeMap<>());
    }

    SortedMap<Host, HostState> ask(List<Host> hosts, TableIntent intent) {
        var sql = TableStateSql.of(intent.names(), intent.cluster());
        var looks = new HashMap<Host, Future<HostState>>();
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            hosts.forEach(host -> looks.put(host, executor.submit(() -> ask(host, sql, intent))));
        }
        var answers = new TreeMap<Host, HostState>();
        // Whatever else a look threw ends the pass: a host left out would count as one that has no table.
        looks.forEach((host, look) -> answers.put(host, look.resultNow()));
        return answers;
    }

    private HostState ask(Host host, String sql, TableIntent intent) {
        try {
            var seen = TableStateSql.parse(servers.query(host, sql));
            boolean isBeingRestored = seen.table(intent.names().local()).isEmpty()
                    && registry.knows(host, intent.replicaPathOn(host), host);
            return isBeingRestored ? new HostState.BeingRestored() : seen;
        } catch (ClickHouseException | IllegalArgumentException e) {
            return new HostState.Unknown(String.valueOf(e.getMessage()));
        }
    }
}
