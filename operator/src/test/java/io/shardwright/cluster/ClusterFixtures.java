package io.shardwright.cluster;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Quantity;
import io.shardwright.cluster.ClusterObserved.CoordinationState;
import io.shardwright.crds.LeavingShardPhase;
import io.shardwright.crds.ReplacementHostStatus;
import io.shardwright.crds.ReplacementPhase;
import io.shardwright.crds.ReplacementStatus;
import io.shardwright.crds.Shard;
import io.shardwright.crds.ShardHostStatus;
import io.shardwright.crds.ShardStatus;
import io.shardwright.kube.ObjectRef;
import io.shardwright.topology.ClusterIntent;
import io.shardwright.topology.ClusterRef;
import io.shardwright.topology.Coordination;
import io.shardwright.topology.Host;
import io.shardwright.topology.Layout;
import io.shardwright.topology.Leaving;
import io.shardwright.topology.Storage;
import io.shardwright.topology.User;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Clusters in the states that tests begin with. */
final class ClusterFixtures {
    static final ClusterRef CLUSTER = new ClusterRef("ns", "c", "cluster.local");
    static final Storage STORAGE = new Storage(new Quantity("1Gi"), Optional.empty());
    static final Coordination MANAGED = new Coordination.Managed(CLUSTER, 1, "zookeeper:3.8", STORAGE, "/clickhouse");
    static final Coordination EXTERNAL = new Coordination.External(List.of("zk:2181"), "/clickhouse");

    private ClusterFixtures() {}

    static ClusterIntent intent(int shards, int replicas, Coordination coordination) {
        return intent(shards, replicas, coordination, true);
    }

    static ClusterIntent intent(int shards, int replicas, Coordination coordination, boolean keepVolumes) {
        return new ClusterIntent(
                CLUSTER,
                "cluster-uid",
                "18.16.1",
                "clickhouse/clickhouse-server:18.16.1",
                new Layout.Size(shards, replicas),
                Layout.of(CLUSTER, new Layout.Size(shards, replicas)),
                Leaving.NONE,
                coordination,
                STORAGE,
                User.ofEveryCluster(),
                ClusterIntent.PodAdditions.none(),
                keepVolumes);
    }

    static ClusterIntent draining(ClusterIntent intent, int shard) {
        return with(
                intent,
                new Leaving(new TreeMap<>(), new TreeMap<>(Map.of(shard, LeavingShardPhase.Draining))),
                intent.pod());
    }

    static ClusterIntent with(ClusterIntent intent, ClusterIntent.PodAdditions pod) {
        return with(intent, intent.leaving(), pod);
    }

    private static ClusterIntent with(ClusterIntent intent, Leaving leaving, ClusterIntent.PodAdditions pod) {
        return new ClusterIntent(
                intent.ref(),
                intent.uid(),
                intent.version(),
                intent.image(),
                intent.size(),
                intent.layout(),
                leaving,
                intent.coordination(),
                intent.storage(),
                intent.users(),
                pod,
                intent.keepVolumes());
    }

    static Map<String, String> hashesOf(ClusterIntent intent) {
        return intent.userNames().stream().collect(Collectors.toMap(Function.identity(), user -> "hash-of-" + user));
    }

    static ClusterObserved nothing(CoordinationState coordination) {
        return new ClusterObserved(Map.of(), Map.of(), Set.of(), coordination, List.of(), Set.of());
    }

    /** What stands after a pass with these objects. */
    static ClusterObserved with(
            ClusterIntent intent, Map<ObjectRef, HasMetadata> objects, CoordinationState coordination) {
        var shards = objects.values().stream()
                .filter(Shard.class::isInstance)
                .map(Shard.class::cast)
                .toList();
        return new ClusterObserved(objects, hashesOf(intent), Set.of(), coordination, shards, Set.of());
    }

    /** A shard whose hosts are ready, in service and have addresses, but for some. */
    static void setStatus(Shard shard, ClusterIntent intent, Set<Host> withoutAddress) {
        setStatus(shard, intent, withoutAddress, Map.of());
    }

    /** @param phases of hosts that are not what their address tells */
    static void setStatus(
            Shard shard, ClusterIntent intent, Set<Host> withoutAddress, Map<Host, ReplacementPhase> phases) {
        var all = Layout.of(
                        CLUSTER, Map.of(shard.getSpec().index(), shard.getSpec().members()))
                .hostsOf(shard.getSpec().index());
        var hosts = all.stream()
                .map(host -> new ShardHostStatus(
                        host.name(),
                        "node",
                        withoutAddress.contains(host) ? null : "10.0.0.1",
                        !withoutAddress.contains(host),
                        intent.version(),
                        0L,
                        null))
                .toList();
        int ready = (int) hosts.stream().filter(ShardHostStatus::ready).count();
        var stages = all.stream()
                .map(host -> new ReplacementHostStatus(
                        host.name(),
                        phases.getOrDefault(
                                host,
                                withoutAddress.contains(host) ? ReplacementPhase.Starting : ReplacementPhase.InService),
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null))
                .toList();
        shard.setStatus(new ShardStatus(
                1L,
                "",
                ready,
                0L,
                "",
                "",
                hosts,
                List.of(),
                List.of(),
                new ReplacementStatus(stages, List.of(), List.of(), List.of(), List.of())));
    }
}
