package io.shardwright.importjob;

import io.shardwright.clickhouse.ClickHouseException;
import io.shardwright.clickhouse.Servers;
import io.shardwright.crds.ClickHouseCluster;
import io.shardwright.crds.DistributedSpec;
import io.shardwright.crds.Shard;
import io.shardwright.crds.ShardHostStatus;
import io.shardwright.crds.Table;
import io.shardwright.importjob.ImportObserved.Target;
import io.shardwright.importspec.ImportSpec;
import io.shardwright.importspec.TargetTable;
import io.shardwright.importspec.TargetTableSql;
import io.shardwright.plan.Conditions;
import io.shardwright.plan.HoldReason;
import io.shardwright.topology.ClusterRef;
import io.shardwright.topology.Host;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;

/** Looks at the table that rows are to go to, and chooses a host of each shard to stage them. */
final class TargetObserver {
    private static final String USER = "shardwright";

    private final Servers servers;
    private final Function<Host, String> urlOf;
    private final String dnsDomain;

    /** @param urlOf base of a host's HTTP interface, as workers reach it */
    TargetObserver(Servers servers, Function<Host, String> urlOf, String dnsDomain) {
        this.servers = servers;
        this.urlOf = urlOf;
        this.dnsDomain = dnsDomain;
    }

    /**
     * @param cluster by name
     * @param shards of the cluster, by index
     */
    Target observe(
            ImportIntent intent,
            Optional<Table> table,
            Function<String, Optional<ClickHouseCluster>> cluster,
            Function<String, Map<Integer, Shard>> shards) {
        if (table.isEmpty()) {
            return waiting(HoldReason.TableNotReady, intent.table(), "there is no Table of this name; create it");
        }
        if (!isReady(table.get())) {
            return waiting(HoldReason.TableNotReady, intent.table(), "waits until the Table is ready");
        }
        var spec = table.get().getSpec();
        var found = cluster.apply(spec.cluster());
        return found.isEmpty()
                ? waiting(HoldReason.ClusterMissing, spec.cluster(), "there is no ClickHouseCluster of this name")
                : choose(intent, table.get(), found.get(), shards.apply(spec.cluster()));
    }

    private Target choose(ImportIntent intent, Table table, ClickHouseCluster cluster, Map<Integer, Shard> shards) {
        var ref = new ClusterRef(intent.namespace(), cluster.getMetadata().getName(), dnsDomain);
        var hosts = new ArrayList<Host>();
        for (int shard = 0; shard < Objects.requireNonNullElse(cluster.getSpec().shards(), 1); shard++) {
            var ready = readyHosts(ref, shard, shards.get(shard));
            if (ready.isEmpty()) {
                return waiting(HoldReason.HostUnreachable, ref.shardName(shard), "waits for a ready host of the shard");
            }
            // Spreads imports over replicas, and stays the same for one import.
            hosts.add(ready.get(Math.floorMod(intent.staging().id().hashCode(), ready.size())));
        }
        return describe(intent, table, ref, hosts);
    }

    private Target describe(ImportIntent intent, Table table, ClusterRef cluster, List<Host> hosts) {
        var spec = table.getSpec();
        var database = spec.database();
        var name = Objects.requireNonNullElse(spec.name(), table.getMetadata().getName());
        var host = hosts.getFirst();
        try {
            return TargetTableSql.read(
                            database,
                            name,
                            servers.query(host, TargetTableSql.table(database, name)),
                            servers.query(host, TargetTableSql.columns(database, name)))
                    .<Target>map(target -> new Target.Ready(cluster, spec(intent, table, target, hosts)))
                    .orElseGet(() -> waiting(
                            HoldReason.TableNotReady, intent.table(), "waits for the table on host " + host.name()));
        } catch (ClickHouseException e) {
            return waiting(HoldReason.HostUnreachable, host.name(), e.getMessage());
        }
    }

    private ImportSpec spec(ImportIntent intent, Table table, TargetTable target, List<Host> hosts) {
        return new ImportSpec(
                intent.staging(),
                target,
                Optional.ofNullable(table.getSpec().distributed())
                        .map(DistributedSpec::shardingKey)
                        .orElse(null),
                hosts.stream()
                        .map(host -> new ImportSpec.Shard(host.shard(), host.name(), urlOf.apply(host)))
                        .toList(),
                USER,
                intent.urls(),
                intent.format(),
                intent.compression(),
                intent.nullTexts(),
                intent.fields().orElse(null));
    }

    private static List<Host> readyHosts(ClusterRef cluster, int shard, Shard resource) {
        if (resource == null
                || resource.getStatus() == null
                || resource.getStatus().hosts() == null) {
            return List.of();
        }
        return resource.getStatus().hosts().stream()
                .filter(host -> Boolean.TRUE.equals(host.ready()))
                .map(ShardHostStatus::name)
                .sorted()
                .map(name -> new Host(cluster, shard, Integer.parseInt(name.substring(name.lastIndexOf('-') + 1))))
                .toList();
    }

    private static boolean isReady(Table table) {
        return table.getMetadata().getDeletionTimestamp() == null
                && table.getStatus() != null
                && Conditions.isTrue(
                        table.getStatus().conditions(),
                        Conditions.READY,
                        table.getMetadata().getGeneration());
    }

    private static Target waiting(HoldReason reason, String subject, String message) {
        return new Target.NotReady(reason, subject, message);
    }
}
