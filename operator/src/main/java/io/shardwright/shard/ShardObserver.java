package io.shardwright.shard;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.shardwright.clickhouse.ClickHouseException;
import io.shardwright.clickhouse.HostSnapshot;
import io.shardwright.clickhouse.Servers;
import io.shardwright.crds.Shard;
import io.shardwright.kube.ObjectRef;
import io.shardwright.kube.RecentWrites;
import io.shardwright.shard.ShardObserved.Answer;
import io.shardwright.shard.ShardObserved.PodState;
import io.shardwright.topology.Host;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Looks at what stands of a shard: objects and pods from the caches, and one statement to each host whose server answers. */
final class ShardObserver {
    private static final List<Class<? extends HasMetadata>> KINDS =
            List.of(ConfigMap.class, Service.class, StatefulSet.class, PodDisruptionBudget.class);

    private final Servers servers;
    private final RecentWrites writes;

    ShardObserver(Servers servers, RecentWrites writes) {
        this.servers = servers;
        this.writes = writes;
    }

    ShardObserved observe(ShardIntent intent, Context<Shard> context) {
        Map<ObjectRef, HasMetadata> objects = KINDS.stream()
                .flatMap(kind -> context.getSecondaryResources(kind).stream())
                .collect(Collectors.toMap(ObjectRef::of, Function.identity(), (one, other) -> one));
        var podsByName = context.getSecondaryResources(Pod.class).stream()
                .collect(Collectors.toMap(pod -> pod.getMetadata().getName(), Function.identity()));
        var pods = intent.hosts().stream()
                .filter(host -> podsByName.containsKey(host.podName()))
                .collect(Collectors.toMap(Function.identity(), host -> PodStates.of(podsByName.get(host.podName()))));
        return new ShardObserved(
                ofShard(intent, writes.over(objects, intent.cluster().ref().namespace())), pods, ask(pods));
    }

    /** Writes of other shards of the namespace are among the recent ones. */
    private static Map<ObjectRef, HasMetadata> ofShard(ShardIntent intent, Map<ObjectRef, HasMetadata> objects) {
        return objects.entrySet().stream()
                .filter(entry -> entry.getValue().getMetadata().getOwnerReferences().stream()
                        .anyMatch(owner -> intent.uid().equals(owner.getUid())))
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    private Map<Host, Answer> ask(Map<Host, PodState> pods) {
        var answers = new ConcurrentHashMap<Host, Answer>();
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            pods.forEach((host, pod) -> {
                if (pod.answering()) {
                    executor.execute(() -> answers.put(host, ask(host)));
                }
            });
        }
        return answers;
    }

    private Answer ask(Host host) {
        try {
            return new Answer.Said(HostSnapshot.parse(servers.query(host, HostSnapshot.SQL)));
        } catch (ClickHouseException | IllegalArgumentException e) {
            return new Answer.Unknown(String.valueOf(e.getMessage()));
        }
    }
}
