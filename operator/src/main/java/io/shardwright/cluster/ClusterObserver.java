package io.shardwright.cluster;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.shardwright.cluster.ClusterObserved.CoordinationState;
import io.shardwright.crds.ClickHouseCluster;
import io.shardwright.crds.Rebalance;
import io.shardwright.crds.Shard;
import io.shardwright.keeper.Keeper;
import io.shardwright.keeper.KeeperException;
import io.shardwright.keeper.UsableRoots;
import io.shardwright.kube.Hashes;
import io.shardwright.kube.ObjectRef;
import io.shardwright.kube.PodConditions;
import io.shardwright.kube.PodFailures;
import io.shardwright.kube.RecentWrites;
import io.shardwright.topology.ClusterIntent;
import io.shardwright.topology.Coordination;
import io.shardwright.topology.Labels;
import io.shardwright.topology.SharedObjects;
import io.shardwright.topology.User;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.Base64;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** Looks at what stands of a cluster: objects from the caches, the ensemble itself until it is known to be usable. */
final class ClusterObserver {
    private static final List<Class<? extends HasMetadata>> KINDS = List.of(
            ConfigMap.class,
            Secret.class,
            Service.class,
            StatefulSet.class,
            PodDisruptionBudget.class,
            Shard.class,
            PersistentVolumeClaim.class);

    private final KubernetesClient client;
    private final RecentWrites writes;
    private final Keeper keeper;

    private final UsableRoots usable;
    private final Predicate<String> isServing;
    private final Clock clock;

    /** @param isServing whether the member of an ensemble that has an address serves requests */
    ClusterObserver(
            KubernetesClient client,
            RecentWrites writes,
            Keeper keeper,
            UsableRoots usable,
            Predicate<String> isServing,
            Clock clock) {
        this.client = client;
        this.writes = writes;
        this.keeper = keeper;
        this.usable = usable;
        this.isServing = isServing;
        this.clock = clock;
    }

    ClusterObserved observe(ClusterIntent intent, Context<ClickHouseCluster> context) {
        Map<ObjectRef, HasMetadata> cached = KINDS.stream()
                .flatMap(kind -> context.getSecondaryResources(kind).stream())
                .collect(Collectors.toMap(ObjectRef::of, Function.identity(), (one, other) -> one));
        var objects = ofCluster(intent, writes.over(cached, intent.ref().namespace()));
        var hashes = new HashMap<String, String>();
        var unusable = new HashSet<String>();
        for (var user : intent.users()) {
            secretOf(user, intent, objects).ifPresent(secret -> passwordOf(secret)
                    .ifPresentOrElse(
                            password -> hashes.put(user.name(), Hashes.sha256(password)),
                            () -> unusable.add(user.name())));
        }
        var shards = context.getSecondaryResources(Shard.class).stream()
                .sorted(Comparator.comparing(shard -> shard.getSpec().index()))
                .toList();
        return new ClusterObserved(objects, hashes, unusable, coordination(intent, context), shards, readFrom(context));
    }

    private static Set<String> readFrom(Context<ClickHouseCluster> context) {
        return context.getSecondaryResources(Rebalance.class).stream()
                .flatMap(ReadSides::of)
                .collect(Collectors.toSet());
    }

    /** Writes of other clusters of the namespace are among the recent ones. */
    private static Map<ObjectRef, HasMetadata> ofCluster(ClusterIntent intent, Map<ObjectRef, HasMetadata> objects) {
        return objects.entrySet().stream()
                .filter(entry -> intent.ref()
                        .name()
                        .equals(entry.getValue().getMetadata().getLabels().get(Labels.CLUSTER)))
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    /** A Secret that the user made beforehand is not in the cache of the operator's own. */
    private Optional<Secret> secretOf(User user, ClusterIntent intent, Map<ObjectRef, HasMetadata> objects) {
        var name = intent.ref().userSecretName(user.name());
        var cached = objects.get(new ObjectRef("Secret", intent.ref().namespace(), name));
        return cached instanceof Secret secret
                ? Optional.of(secret)
                : Optional.ofNullable(client.secrets()
                        .inNamespace(intent.ref().namespace())
                        .withName(name)
                        .get());
    }

    private static Optional<String> passwordOf(Secret secret) {
        return Optional.ofNullable(secret.getData())
                .map(data -> data.get(SharedObjects.PASSWORD_KEY))
                .map(encoded -> new String(Base64.getDecoder().decode(encoded), StandardCharsets.UTF_8))
                .filter(password -> !password.isEmpty());
    }

    private CoordinationState coordination(ClusterIntent intent, Context<ClickHouseCluster> context) {
        var coordination = intent.coordination();
        if (usable.contains(intent)) {
            return new CoordinationState.Usable();
        }
        if (coordination instanceof Coordination.Managed managed) {
            var starting = starting(managed, context.getSecondaryResources(Pod.class));
            if (starting.isPresent()) {
                return starting.get();
            }
        }
        try {
            if (!keeper.exists(coordination.endpoints(), coordination.root())) {
                return new CoordinationState.RootMissing();
            }
            usable.add(intent);
            return new CoordinationState.Usable();
        } catch (KeeperException e) {
            return new CoordinationState.Unreachable(e.getMessage());
        }
    }

    /** Empty once most members serve. */
    private Optional<CoordinationState> starting(Coordination.Managed managed, Collection<Pod> pods) {
        var started = pods.stream()
                .flatMap(pod -> PodConditions.justStarted(pod, clock.instant()).stream())
                .toList();
        long serving = pods.stream().filter(PodConditions::isReady).count()
                + started.stream().filter(isServing).count();
        return serving > managed.replicas() / 2
                ? Optional.empty()
                : pods.stream()
                        .flatMap(pod ->
                                PodFailures.of(pod)
                                        .map(words -> pod.getMetadata().getName() + ": " + words)
                                        .stream())
                        .findFirst()
                        .<CoordinationState>map(CoordinationState.Failing::new)
                        .or(() -> Optional.of(new CoordinationState.Starting(!started.isEmpty())));
    }
}
