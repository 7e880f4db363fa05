package io.shardwright.shard;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.shardwright.kube.Drift;
import io.shardwright.kube.ObjectRef;
import io.shardwright.plan.Hold;
import io.shardwright.plan.HoldReason;
import io.shardwright.plan.Plan;
import io.shardwright.shard.ShardObserved.Answer;
import io.shardwright.topology.Host;
import io.shardwright.topology.Labels;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Decides what to do next for the hosts of a shard.
 *
 * <p>What is missing is made at once, all hosts side by side: a host that does not exist serves nobody. A changed StatefulSet
 * restarts its server, so hosts that exist change one at a time, a broken one first, and only while every other replica of
 * the shard is ready.
 */
final class ShardPlanner {
    private ShardPlanner() {}

    static Plan<ShardAction> plan(ShardIntent intent, ShardObserved observed) {
        var actions = new ArrayList<ShardAction>();
        var holds = new ArrayList<Hold>();
        withoutRestart(intent).stream()
                .flatMap(object -> Drift.of(object, observed.objects()).stream())
                .map(ShardAction.ApplyObject::new)
                .forEach(actions::add);
        planServers(intent, observed, actions, holds);
        intent.hosts().stream()
                .filter(host -> mustHearOfConfig(host, intent, observed))
                .map(host -> new ShardAction.AnnounceConfig(host, intent.configHash()))
                .forEach(actions::add);
        intent.hosts().stream()
                .filter(host -> isBehind(host, intent, observed))
                .map(ShardAction.ReloadConfig::new)
                .forEach(actions::add);
        actions.addAll(ofGoneHosts(intent, observed));
        return new Plan<>(actions, holds);
    }

    /** What stands of hosts that are no longer members: the cluster took them out once they held nothing. */
    private static List<ShardAction> ofGoneHosts(ShardIntent intent, ShardObserved observed) {
        var members = intent.hosts().stream()
                .map(host -> Integer.toString(host.replica()))
                .collect(Collectors.toSet());
        return observed.objects().entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .map(Map.Entry::getValue)
                .filter(object -> replicaOf(object)
                        .filter(replica -> !members.contains(replica))
                        .isPresent())
                .<ShardAction>map(ShardAction.DeleteObject::new)
                .toList();
    }

    private static Optional<String> replicaOf(HasMetadata object) {
        return Optional.ofNullable(object.getMetadata().getLabels()).map(labels -> labels.get(Labels.REPLICA));
    }

    /** A server reads changes by itself, unless a name did not resolve at that moment. */
    private static boolean isBehind(Host host, ShardIntent intent, ShardObserved observed) {
        return observed.answers().get(host) instanceof Answer.Said(var snapshot)
                && !HostReadiness.knownTo(snapshot, intent).equals(intent.listed());
    }

    private static List<HasMetadata> withoutRestart(ShardIntent intent) {
        var objects = new ArrayList<HasMetadata>();
        objects.add(ShardResources.service(intent));
        objects.add(ShardResources.disruptionBudget(intent));
        intent.hosts().forEach(host -> {
            objects.add(HostResources.config(intent, host));
            objects.add(HostResources.service(intent, host));
        });
        return objects;
    }

    private static void planServers(
            ShardIntent intent, ShardObserved observed, List<ShardAction> actions, List<Hold> holds) {
        var changes = new ArrayList<Change>();
        for (var host : intent.hosts()) {
            var desired = HostResources.statefulSet(intent, host);
            Drift.of(desired, observed.objects())
                    .map(ShardAction.ApplyObject::new)
                    .ifPresent(apply -> {
                        if (observed.objects().containsKey(ObjectRef.of(desired))) {
                            changes.add(new Change(host, apply));
                        } else {
                            actions.add(apply);
                        }
                    });
        }
        var next = changes.stream()
                .filter(change -> mayRestart(change.host(), intent, observed))
                .max(Comparator.comparing(change -> isDown(change.host(), observed)));
        next.map(Change::apply).ifPresent(actions::add);
        changes.stream()
                .filter(change -> !next.map(change::equals).orElse(false))
                .map(change -> new Hold(
                        HoldReason.PeerNotReady,
                        change.host().name(),
                        "its change (" + change.apply().why()
                                + ") restarts it, and waits until every other replica of the"
                                + " shard is ready: nothing to do, unless one of them never becomes so"))
                .forEach(holds::add);
    }

    /**
     * ONE_HOST_DOWN_AT_A_TIME: a host that serves is restarted only while every other replica of its shard does. One that
     * is down takes nothing away, and restarting it is how a mistake in the spec is mended; but it may come up at any
     * moment, so not while another is being restarted. A host that does not answer the operator may well answer others: it
     * is not down.
     */
    static boolean mayRestart(Host host, ShardIntent intent, ShardObserved observed) {
        var others =
                intent.hosts().stream().filter(other -> !other.equals(host)).toList();
        return isDown(host, observed)
                ? others.stream().noneMatch(other -> isRollingOut(other, observed))
                : others.stream().allMatch(other -> isServing(other, intent, observed));
    }

    private static boolean isDown(Host host, ShardObserved observed) {
        var pod = observed.pods().get(host);
        return pod == null || !pod.ready();
    }

    private static boolean isServing(Host host, ShardIntent intent, ShardObserved observed) {
        return HostReadiness.of(host, intent, observed).isReady() && !isRollingOut(host, observed);
    }

    /** A StatefulSet that was changed a moment ago still shows its old, ready pod. */
    private static boolean isRollingOut(Host host, ShardObserved observed) {
        var actual = observed.objects()
                .get(new ObjectRef("StatefulSet", host.cluster().namespace(), host.name()));
        if (!(actual instanceof StatefulSet statefulSet) || statefulSet.getStatus() == null) {
            return true;
        }
        var status = statefulSet.getStatus();
        return !statefulSet.getMetadata().getGeneration().equals(status.getObservedGeneration())
                || status.getUpdateRevision() != null
                        && !status.getUpdateRevision().equals(status.getCurrentRevision());
    }

    private static boolean mustHearOfConfig(Host host, ShardIntent intent, ShardObserved observed) {
        var pod = observed.pods().get(host);
        return pod != null && pod.answering() && !pod.configHash().equals(intent.configHash());
    }

    private record Change(Host host, ShardAction.ApplyObject apply) {}
}
