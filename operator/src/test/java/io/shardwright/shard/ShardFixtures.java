package io.shardwright.shard;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSetStatusBuilder;
import io.shardwright.clickhouse.HostSnapshot;
import io.shardwright.kube.Drift;
import io.shardwright.kube.ObjectRef;
import io.shardwright.serverconfig.ListedServers;
import io.shardwright.shard.ShardObserved.Answer;
import io.shardwright.shard.ShardObserved.PodState;
import io.shardwright.topology.ClusterIntent;
import io.shardwright.topology.ClusterRef;
import io.shardwright.topology.Coordination;
import io.shardwright.topology.Host;
import io.shardwright.topology.Layout;
import io.shardwright.topology.Leaving;
import io.shardwright.topology.Storage;
import io.shardwright.topology.User;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Shards in the states that tests begin with. */
final class ShardFixtures {
    static final ClusterRef CLUSTER = new ClusterRef("ns", "c", "cluster.local");

    private ShardFixtures() {}

    static ShardIntent intent(int shards, int replicas, String version, String configHash) {
        var storage = new Storage(new Quantity("1Gi"), Optional.empty());
        var size = new Layout.Size(shards, replicas);
        var layout = Layout.of(CLUSTER, size);
        var cluster = new ClusterIntent(
                CLUSTER,
                "cluster-uid",
                version,
                "clickhouse/clickhouse-server:" + version,
                size,
                layout,
                Leaving.NONE,
                new Coordination.Managed(CLUSTER, 1, "zookeeper:3.8", storage, "/clickhouse"),
                storage,
                User.ofEveryCluster(),
                ClusterIntent.PodAdditions.none(),
                true);
        return new ShardIntent(
                cluster,
                "shard-uid",
                0,
                layout.hostsOf(0),
                ListedServers.of(layout.hosts().stream().map(Host::peersDnsName).toList()),
                configHash);
    }

    static ShardIntent with(ShardIntent intent, String version, String configHash) {
        return intent(intent.cluster().size().shards(), intent.cluster().size().replicas(), version, configHash);
    }

    /** Everything as the intent says, every host ready. */
    static ShardObserved converged(ShardIntent intent) {
        var objects = new HashMap<ObjectRef, HasMetadata>();
        var all = new ArrayList<HasMetadata>();
        all.add(ShardResources.service(intent));
        all.add(ShardResources.disruptionBudget(intent));
        var pods = new HashMap<Host, PodState>();
        var answers = new HashMap<Host, Answer>();
        for (var host : intent.hosts()) {
            all.add(HostResources.config(intent, host));
            all.add(HostResources.service(intent, host));
            all.add(HostResources.statefulSet(intent, host));
            pods.put(host, new PodState(true, true, "node1", "10.0.0.1", intent.configHash(), Optional.empty()));
            answers.put(host, new Answer.Said(snapshot(intent)));
        }
        all.stream()
                .map(Drift::stamped)
                .map(ShardFixtures::rolledOut)
                .forEach(object -> objects.put(ObjectRef.of(object), object));
        return new ShardObserved(objects, pods, answers);
    }

    static HostSnapshot snapshot(ShardIntent intent) {
        var nodes = intent.cluster().layout().hosts().stream()
                .map(host -> new HostSnapshot.ClusterNode(
                        CLUSTER.name(), host.shard() + 1, host.replica() + 1, host.peersDnsName()))
                .toList();
        return new HostSnapshot("18.16.1", nodes, List.of(), List.of("default"), List.of(), List.of());
    }

    static ShardObserved with(ShardObserved observed, Host host, PodState pod, Answer answer) {
        var pods = new HashMap<>(observed.pods());
        var answers = new HashMap<>(observed.answers());
        put(pods, host, pod);
        put(answers, host, answer);
        return new ShardObserved(observed.objects(), pods, answers);
    }

    private static <V> void put(Map<Host, V> map, Host host, V value) {
        if (value == null) {
            map.remove(host);
        } else {
            map.put(host, value);
        }
    }

    private static HasMetadata rolledOut(HasMetadata object) {
        if (object instanceof StatefulSet statefulSet) {
            statefulSet.getMetadata().setGeneration(1L);
            statefulSet.setStatus(new StatefulSetStatusBuilder()
                    .withObservedGeneration(1L)
                    .withCurrentRevision("1")
                    .withUpdateRevision("1")
                    .build());
        }
        return object;
    }
}
