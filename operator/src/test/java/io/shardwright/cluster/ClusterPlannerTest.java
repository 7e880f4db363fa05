package io.shardwright.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimBuilder;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.shardwright.cluster.ClusterObserved.CoordinationState;
import io.shardwright.crds.Shard;
import io.shardwright.kube.Drift;
import io.shardwright.kube.ObjectRef;
import io.shardwright.plan.Hold;
import io.shardwright.plan.HoldReason;
import io.shardwright.plan.Plan;
import io.shardwright.serverconfig.ConfigFiles;
import io.shardwright.serverconfig.ListedServers;
import io.shardwright.topology.ClusterIntent;
import io.shardwright.topology.Host;
import io.shardwright.topology.Labels;
import io.shardwright.topology.Layout;
import io.shardwright.topology.Owners;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

final class ClusterPlannerTest {
    private static final CoordinationState USABLE = new CoordinationState.Usable();
    private static final CoordinationState UNREACHABLE = new CoordinationState.Unreachable("zk:2181: no answer");

    private final ClusterIntent intent = ClusterFixtures.intent(2, 2, ClusterFixtures.MANAGED);

    @Test
    void makesPasswordsBeforeWhatNeedsThem() {
        var plan = ClusterPlanner.plan(intent, ClusterFixtures.nothing(UNREACHABLE));

        assertThat(subjects(plan))
                .containsExactly(
                        "Secret/c-user-default",
                        "Secret/c-user-shardwright",
                        "Secret/c-user-internal",
                        "ConfigMap/c-config",
                        "Service/c",
                        "ConfigMap/c-zookeeper",
                        "Service/c-zookeeper",
                        "StatefulSet/c-zookeeper",
                        "PodDisruptionBudget/c-zookeeper");
    }

    @Test
    void startsServersBesideAManagedEnsemble() {
        var plan = ClusterPlanner.plan(intent, ClusterFixtures.with(intent, Map.of(), UNREACHABLE));

        assertThat(subjects(plan)).contains("Shard/c-0", "Shard/c-1", "StatefulSet/c-zookeeper");
        assertThat(plan.holds()).isEmpty();
    }

    /** Servers keep the address that they fetched from: whoever comes under an index again needs the one that was there before. */
    @Test
    void theAddressesForPeersOutliveHostsAndShards() {
        var objects = converged(intent);
        var before = forPeers(objects);
        assertThat(before.keySet())
                .extracting(ObjectRef::name)
                .containsExactlyInAnyOrder("c-0-0-peers", "c-0-1-peers", "c-1-0-peers", "c-1-1-peers");
        assertThat(before.values())
                .allSatisfy(service ->
                        assertThat(service.getMetadata().getOwnerReferences()).containsExactly(Owners.of(intent)));

        var smaller = ClusterFixtures.intent(1, 1, ClusterFixtures.MANAGED);
        objects.values().removeIf(Shard.class::isInstance);
        var plan = ClusterPlanner.plan(smaller, ClusterFixtures.with(smaller, objects, USABLE));

        assertThat(plan.actions()).noneMatch(ClusterAction.DeleteObject.class::isInstance);
        assertThat(subjects(plan)).noneMatch(subject -> subject.endsWith("-peers"));
    }

    private static Map<ObjectRef, HasMetadata> forPeers(Map<ObjectRef, HasMetadata> objects) {
        return objects.entrySet().stream()
                .filter(entry -> entry.getKey().name().endsWith("-peers"))
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    @Test
    void startsNoServerBeforeAnExistingEnsembleAnswers() {
        var external = ClusterFixtures.intent(2, 2, ClusterFixtures.EXTERNAL);

        var held = ClusterPlanner.plan(external, ClusterFixtures.with(external, Map.of(), UNREACHABLE));
        assertThat(subjects(held)).noneMatch(subject -> subject.startsWith("Shard/"));
        assertThat(held.holds()).singleElement().satisfies(hold -> {
            assertThat(hold.reason()).isEqualTo(HoldReason.CoordinationUnreachable);
            assertThat(hold.message()).contains("zk:2181", "no server starts", "coordination.endpoints");
        });

        var released = ClusterPlanner.plan(external, ClusterFixtures.with(external, Map.of(), USABLE));
        assertThat(subjects(released)).contains("Shard/c-0", "Shard/c-1");
        assertThat(released.holds()).isEmpty();
    }

    @Test
    void keepsShardsOfARunningClusterWhenItsEnsembleIsAway() {
        var external = ClusterFixtures.intent(2, 2, ClusterFixtures.EXTERNAL);
        var observed = ClusterFixtures.with(external, converged(external), UNREACHABLE);

        assertThat(ClusterPlanner.plan(external, observed).actions()).isEmpty();
    }

    @Test
    void createsTheRootZnodeOnce() {
        var missing = ClusterFixtures.with(intent, converged(intent), new CoordinationState.RootMissing());

        assertThat(ClusterPlanner.plan(intent, missing).actions())
                .containsExactly(new ClusterAction.CreateCoordinationRoot(intent.ref(), intent.coordination()));
    }

    @Test
    void doesNothingWhenEverythingIsAsDesired() {
        assertThat(ClusterPlanner.plan(intent, ClusterFixtures.with(intent, converged(intent), USABLE))
                        .converged())
                .isTrue();
    }

    @Test
    void removesNoShardAndNoReplica() {
        var fewer = ClusterFixtures.intent(1, 1, ClusterFixtures.MANAGED);

        var plan = ClusterPlanner.plan(fewer, ClusterFixtures.with(fewer, converged(intent), USABLE));

        assertThat(plan.converged()).isTrue();
    }

    /** One that leaves is made again by no number that is asked for, and another's replicas may be any. */
    @Test
    void aShardThatSomebodyDeletedComesBackWithTheReplicasThatItHad() {
        var objects = converged(intent);
        objects.remove(new ObjectRef("Shard", "ns", "c-1"));
        var layout = Layout.of(ClusterFixtures.CLUSTER, Map.of(0, List.of(0, 1), 1, List.of(1)));
        var fewer = ClusterFixtures.intent(1, 2, ClusterFixtures.MANAGED).withLayout(layout);

        var plan = ClusterPlanner.plan(fewer, ClusterFixtures.with(fewer, objects, USABLE));

        assertThat(metrika(plan, objects)).contains("c-0-0-peers.", "c-1-1-peers.");
        assertThat(plan.actions())
                .filteredOn(action -> action instanceof ClusterAction.ApplyObject apply
                        && apply.desired() instanceof Shard shard
                        && shard.getSpec().index() == 1)
                .singleElement()
                .satisfies(action -> assertThat(((Shard) ((ClusterAction.ApplyObject) action).desired())
                                .getSpec()
                                .members())
                        .containsExactly(1));
    }

    @Test
    void listsANewHostOnlyOnceItsNameResolves() {
        var more = ClusterFixtures.intent(2, 3, ClusterFixtures.MANAGED);
        var objects = converged(intent);

        assertThat(metrika(ClusterPlanner.plan(more, ClusterFixtures.with(more, objects, USABLE)), objects))
                .doesNotContain("c-0-2-peers.");

        var grown = grown(objects, more, new Host(ClusterFixtures.CLUSTER, 1, 2));
        assertThat(metrika(ClusterPlanner.plan(more, ClusterFixtures.with(more, grown, USABLE)), grown))
                .contains("c-0-2-peers.")
                .doesNotContain("c-1-2-peers.");
    }

    @Test
    void aShardGetsNoRowsWhileItIsDrainedAndItsShareAgainWhenItStays() {
        var objects = converged(intent);
        var draining = ClusterFixtures.draining(intent, 1);

        var begun = ClusterPlanner.plan(draining, ClusterFixtures.with(draining, objects, USABLE));
        assertThat(metrika(begun, objects)).containsSubsequence("<weight>1<", "c-0-0-peers.", "<weight>0<", "c-1-0-p");
        assertThat(subjects(begun)).as("servers are told").contains("Shard/c-0", "Shard/c-1");

        apply(begun, objects);
        var takenBack = ClusterPlanner.plan(intent, ClusterFixtures.with(intent, objects, USABLE));
        assertThat(metrika(takenBack, objects)).contains("c-1-0-peers.").doesNotContain("<weight>0<");
    }

    @Test
    void listsOnlyWhatARebalanceWantsRead() {
        var objects = converged(intent);

        assertThat(metrika(plan(objects, Set.of("c-0-1")), objects))
                .contains("c-0-1-peers.", "c-1-0-peers.", "c-1-1-peers.")
                .doesNotContain("c-0-0-peers.");
        assertThat(metrika(plan(objects, Set.of()), objects))
                .contains("c-0-0-peers.", "c-0-1-peers.", "c-1-0-peers.", "c-1-1-peers.");
    }

    @Test
    void listsWhateverServesWhenNothingDoesThatARebalanceWantsRead() {
        var objects = converged(intent);

        assertThat(metrika(plan(objects, Set.of("c-0-7")), objects)).contains("c-0-0-peers.", "c-0-1-peers.");
    }

    @Test
    void listsAgainWhatARebalanceDidNotWantRead() {
        var objects = converged(intent);
        apply(plan(objects, Set.of("c-0-1")), objects);

        assertThat(metrika(plan(objects, Set.of()), objects)).contains("c-0-0-peers.", "c-0-1-peers.");
    }

    private static void apply(Plan<ClusterAction> plan, Map<ObjectRef, HasMetadata> objects) {
        plan.actions().forEach(action -> {
            if (action instanceof ClusterAction.ApplyObject apply && apply.desired() instanceof ConfigMap config) {
                objects.put(ObjectRef.of(config), config);
            }
        });
    }

    @Test
    void aHostWithoutAPodKeepsNothingFromChanging() {
        var more = ClusterFixtures.intent(2, 3, ClusterFixtures.MANAGED);
        var objects = grown(converged(intent), more, new Host(ClusterFixtures.CLUSTER, 0, 0));

        var plan = ClusterPlanner.plan(more, ClusterFixtures.with(more, objects, USABLE));

        assertThat(metrika(plan, objects)).contains("c-0-0-peers.", "c-0-1-peers.", "c-0-2-peers.", "c-1-2-peers.");
        assertThat(plan.holds()).isEmpty();
    }

    @Test
    void aHostThatMerelyRestartsStaysListed() {
        var objects = grown(converged(intent), intent, new Host(ClusterFixtures.CLUSTER, 0, 0));

        assertThat(ClusterPlanner.plan(intent, ClusterFixtures.with(intent, objects, USABLE))
                        .converged())
                .isTrue();
    }

    @Test
    void volumesGoWithTheClusterOnlyWhenTheUserSaysSo() {
        var claim = new PersistentVolumeClaimBuilder()
                .withNewMetadata()
                .withName("data-c-0-0-0")
                .withNamespace("ns")
                .withLabels(Labels.of(ClusterFixtures.CLUSTER))
                .endMetadata()
                .build();
        var deleting = ClusterFixtures.intent(2, 2, ClusterFixtures.MANAGED, false);
        var objects = converged(intent);
        objects.put(ObjectRef.of(claim), claim);

        assertThat(ClusterPlanner.plan(intent, ClusterFixtures.with(intent, objects, USABLE))
                        .actions())
                .isEmpty();
        assertThat(ClusterPlanner.plan(deleting, ClusterFixtures.with(deleting, objects, USABLE))
                        .actions())
                .singleElement()
                .isInstanceOfSatisfying(ClusterAction.ApplyObject.class, apply -> assertThat(
                                apply.desired().getMetadata().getOwnerReferences())
                        .containsExactly(Owners.of(deleting)));
    }

    @Test
    void holdsAUserWhoseSecretHasNoPassword() {
        var observed = new ClusterObserved(Map.of(), Map.of(), Set.of("default"), UNREACHABLE, List.of(), Set.of());

        var plan = ClusterPlanner.plan(intent, observed);

        assertThat(subjects(plan)).doesNotContain("Secret/c-user-default");
        assertThat(plan.holds()).extracting(Hold::reason).containsExactly(HoldReason.SecretWithoutPassword);
    }

    /** No clear password can be in what is made from hashes; this guards what is made from the intent. */
    @Test
    void putsNothingSecretIntoConfigMapsAndStatefulSets() {
        converged(intent).values().stream()
                .filter(object -> !object.getKind().equals("Secret"))
                .forEach(object -> assertThat(Serialization.asYaml(object)).doesNotContain("hash-of-"));
    }

    private static Map<ObjectRef, HasMetadata> converged(ClusterIntent intent) {
        var objects = new HashMap<ObjectRef, HasMetadata>();
        for (int pass = 0; pass < 2; pass++) {
            ClusterPlanner.plan(intent, ClusterFixtures.with(intent, objects, USABLE))
                    .actions()
                    .forEach(action -> {
                        if (action instanceof ClusterAction.ApplyObject apply) {
                            objects.put(ObjectRef.of(apply.desired()), apply.desired());
                        }
                    });
        }
        objects.values().forEach(object -> {
            if (object instanceof Shard shard) {
                ClusterFixtures.setStatus(shard, intent, Set.of());
            }
        });
        return objects;
    }

    /** The same objects after the Shards grew to the intent, with hosts that have no address. */
    private static Map<ObjectRef, HasMetadata> grown(
            Map<ObjectRef, HasMetadata> objects, ClusterIntent intent, Host... withoutAddress) {
        var grown = new HashMap<>(objects);
        grown.replaceAll((ref, object) -> {
            if (!(object instanceof Shard shard)) {
                return object;
            }
            var copy = Drift.stamped(ClusterResources.shard(
                    intent,
                    shard.getSpec().index(),
                    new ListedServers(shard.getSpec().servers(), shard.getSpec().serversHash()),
                    shard.getSpec().configHash()));
            ClusterFixtures.setStatus(copy, intent, Set.of(withoutAddress));
            return copy;
        });
        return grown;
    }

    private Plan<ClusterAction> plan(Map<ObjectRef, HasMetadata> objects, Set<String> readFrom) {
        var observed = ClusterFixtures.with(intent, objects, USABLE);
        return ClusterPlanner.plan(
                intent,
                new ClusterObserved(
                        observed.objects(),
                        observed.passwordHashes(),
                        observed.unusableSecrets(),
                        observed.coordination(),
                        observed.shards(),
                        readFrom));
    }

    private static String metrika(Plan<ClusterAction> plan, Map<ObjectRef, HasMetadata> objects) {
        var ref = new ObjectRef("ConfigMap", "ns", "c-config");
        return plan.actions().stream()
                .filter(action -> action.subject().equals(ref.toString()))
                .map(action -> (ConfigMap) ((ClusterAction.ApplyObject) action).desired())
                .findFirst()
                .orElseGet(() -> (ConfigMap) objects.get(ref))
                .getData()
                .get(ConfigFiles.METRIKA_XML);
    }

    private static List<String> subjects(Plan<ClusterAction> plan) {
        return plan.actions().stream().map(ClusterAction::subject).toList();
    }
}
