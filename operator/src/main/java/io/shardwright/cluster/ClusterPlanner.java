package io.shardwright.cluster;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.shardwright.cluster.ClusterObserved.CoordinationState;
import io.shardwright.crds.Shard;
import io.shardwright.kube.Drift;
import io.shardwright.kube.ObjectRef;
import io.shardwright.plan.Hold;
import io.shardwright.plan.HoldReason;
import io.shardwright.plan.Plan;
import io.shardwright.topology.ClusterIntent;
import io.shardwright.topology.Coordination;
import io.shardwright.topology.Host;
import io.shardwright.topology.Membership;
import io.shardwright.topology.VolumeClaims;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Decides what to do next for what all hosts share.
 *
 * <p>Passwords come first: nothing that needs them is made before they stand, so that no pod waits for a Secret with the
 * kubelet's growing pauses. A managed ensemble starts side by side with the servers, which wait for it by themselves; with
 * endpoints of the user's no server starts before one of them answers, since a wrong address is the likelier reason.
 */
final class ClusterPlanner {
    private ClusterPlanner() {}

    static Plan<ClusterAction> plan(ClusterIntent wanted, ClusterObserved observed) {
        var intent = withMembers(wanted, observed);
        var config = ServersConfig.of(intent, observed);
        var actions = new ArrayList<ClusterAction>();
        actions.addAll(missingPasswords(intent, observed));
        if (observed.coordination() instanceof CoordinationState.RootMissing) {
            actions.add(new ClusterAction.CreateCoordinationRoot(intent.ref(), intent.coordination()));
        }
        desired(intent, config, observed).stream()
                .flatMap(object -> Drift.of(object, observed.objects()).stream())
                .map(ClusterAction.ApplyObject::new)
                .forEach(actions::add);
        actions.addAll(volumesToOwn(intent, observed));
        actions.addAll(goneShards(intent, observed));
        actions.addAll(volumesOfGoneHosts(intent, observed));
        return new Plan<>(actions, holds(wanted, intent, observed));
    }

    /**
     * What the cluster has to have, whatever number is asked for: see {@link Membership}. A Shard that somebody deleted is as
     * the cluster's status says that it was: its volumes stand, and with other replicas its rows would be nowhere.
     */
    static ClusterIntent withMembers(ClusterIntent wanted, ClusterObserved observed) {
        var standing = new HashMap<Integer, Collection<Integer>>(wanted.layout().members());
        observed.shards()
                .forEach(shard ->
                        standing.put(shard.getSpec().index(), shard.getSpec().members()));
        return wanted.withLayout(Membership.of(wanted.ref(), wanted.size(), standing, wanted.leaving()));
    }

    /** NO_SERVER_BEFORE_COORDINATION: endpoints of the user's must answer once before the first server starts. */
    static boolean serversMayStart(ClusterIntent intent, ClusterObserved observed) {
        return !(intent.coordination() instanceof Coordination.External)
                || !(observed.coordination() instanceof CoordinationState.Unreachable)
                || !observed.shards().isEmpty();
    }

    private static List<ClusterAction.GeneratePassword> missingPasswords(
            ClusterIntent intent, ClusterObserved observed) {
        return intent.users().stream()
                .filter(user -> !observed.passwordHashes().containsKey(user.name())
                        && !observed.unusableSecrets().contains(user.name()))
                .map(user -> new ClusterAction.GeneratePassword(intent, user))
                .toList();
    }

    private static List<HasMetadata> desired(ClusterIntent intent, ServersConfig config, ClusterObserved observed) {
        var objects = new ArrayList<HasMetadata>();
        objects.add(config.config());
        objects.add(ClusterResources.service(intent));
        if (intent.coordination() instanceof Coordination.Managed managed) {
            objects.addAll(ZooKeeperResources.of(intent, managed));
        }
        if (!observed.passwordHashes().keySet().containsAll(intent.userNames())) {
            return objects;
        }
        var usersConfig = ClusterResources.usersConfig(intent, observed.passwordHashes());
        objects.add(usersConfig);
        if (serversMayStart(intent, observed)) {
            intent.layout().hosts().stream()
                    .map(host -> ClusterResources.forPeers(intent, host))
                    .forEach(objects::add);
            var configHash = ClusterResources.configHash(config.config(), usersConfig);
            intent.layout().shards().stream()
                    .map(index -> ClusterResources.shard(intent, index, config.names(), configHash))
                    .forEach(objects::add);
        }
        return objects;
    }

    /** Claims that do not yet go with the cluster though they should, or would though they should not. */
    private static List<ClusterAction> volumesToOwn(ClusterIntent intent, ClusterObserved observed) {
        return observed.objects().entrySet().stream()
                .filter(entry -> entry.getValue() instanceof PersistentVolumeClaim claim
                        && isOwnedBy(claim, intent) == intent.keepVolumes())
                .map(Map.Entry::getKey)
                .sorted()
                .<ClusterAction>map(claim -> new ClusterAction.ApplyObject(
                        ClusterResources.claim(intent, claim.name()),
                        intent.keepVolumes() ? "it outlives the cluster" : "it goes with the cluster"))
                .toList();
    }

    /** Shards of which every host was released. */
    private static List<ClusterAction> goneShards(ClusterIntent intent, ClusterObserved observed) {
        return observed.shards().stream()
                .filter(shard ->
                        !intent.layout().shards().contains(shard.getSpec().index()))
                .<ClusterAction>map(shard -> new ClusterAction.DeleteObject(shard, "its hosts were released"))
                .toList();
    }

    /** VOLUMES_GO_ONLY_WHEN_THE_USER_SAYS_SO, and only those of hosts that hold nothing and are no members any more. */
    private static List<ClusterAction> volumesOfGoneHosts(ClusterIntent intent, ClusterObserved observed) {
        if (intent.keepVolumes()) {
            return List.of();
        }
        return intent.leaving().hosts().keySet().stream()
                .filter(intent.leaving()::isReleased)
                .filter(host -> observed.shards().stream().noneMatch(shard -> isMember(host, shard)))
                .map(host -> observed.objects()
                        .get(new ObjectRef(
                                "PersistentVolumeClaim", intent.ref().namespace(), VolumeClaims.nameOf(host))))
                .filter(Objects::nonNull)
                .<ClusterAction>map(claim -> new ClusterAction.DeleteObject(claim, "its host was released"))
                .toList();
    }

    private static boolean isMember(Host host, Shard shard) {
        return shard.getSpec().index() == host.shard()
                && shard.getSpec().members().contains(host.replica());
    }

    private static boolean isOwnedBy(PersistentVolumeClaim claim, ClusterIntent intent) {
        return claim.getMetadata().getOwnerReferences().stream()
                .anyMatch(owner -> intent.uid().equals(owner.getUid()));
    }

    private static List<Hold> holds(ClusterIntent wanted, ClusterIntent kept, ClusterObserved observed) {
        var holds = new ArrayList<Hold>();
        if (observed.coordination() instanceof CoordinationState.Unreachable(String message)
                && wanted.coordination() instanceof Coordination.External) {
            holds.add(new Hold(
                    HoldReason.CoordinationUnreachable,
                    "coordination",
                    message + "; " + (serversMayStart(kept, observed) ? "tables are read-only" : "no server starts")
                            + " until one answers: check coordination.endpoints and that pods may connect to them"));
        }
        observed.unusableSecrets().stream()
                .sorted()
                .map(
                        user -> new Hold(
                                HoldReason.SecretWithoutPassword,
                                wanted.ref().userSecretName(user),
                                "the Secret stands but has no key \"password\": add it, or delete the Secret to get a generated one"))
                .forEach(holds::add);
        return holds;
    }
}
