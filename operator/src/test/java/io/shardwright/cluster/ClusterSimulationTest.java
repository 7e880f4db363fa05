package io.shardwright.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Secret;
import io.shardwright.cluster.ClusterObserved.CoordinationState;
import io.shardwright.crds.Shard;
import io.shardwright.kube.ObjectRef;
import io.shardwright.testing.Seeds;
import io.shardwright.topology.ClusterIntent;
import io.shardwright.topology.Coordination;
import io.shardwright.topology.Host;
import io.shardwright.topology.Layout;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * Runs the planner against a model in which users grow and shrink the cluster, objects are deleted by hand, the ensemble comes
 * and goes, hosts lose and regain their addresses, and the operator dies after any action.
 */
final class ClusterSimulationTest {
    /** `make soak` sets more. */
    private static final int SEEDS = Integer.getInteger("simulation.seeds", 60);

    private static final int DISTURBED_STEPS = 25;
    private static final int STEPS_TO_CONVERGE = 12;

    @Test
    void convergesAndKeepsPasswords() {
        for (int seed = 0; seed < SEEDS; seed++) {
            new World(seed).run();
        }
    }

    private static final class World {
        private final int seed;
        private final Random random;
        private final Coordination coordination;
        private final Map<ObjectRef, HasMetadata> objects = new HashMap<>();
        private final Map<String, String> passwords = new HashMap<>();
        private final Set<Host> away = new HashSet<>();
        private CoordinationState state = new CoordinationState.Unreachable("down");
        private int shards = 1;
        private int replicas = 1;
        private int generated;

        World(int seed) {
            this.seed = seed;
            this.random = Seeds.random(seed);
            this.coordination = random.nextBoolean() ? ClusterFixtures.MANAGED : ClusterFixtures.EXTERNAL;
        }

        void run() {
            for (int step = 0; step < DISTURBED_STEPS; step++) {
                disturb();
                step(true);
            }
            away.clear();
            if (!(state instanceof CoordinationState.Usable)) {
                state = new CoordinationState.RootMissing();
            }
            for (int step = 0; step < STEPS_TO_CONVERGE; step++) {
                step(false);
            }
            var plan = ClusterPlanner.plan(intent(), observed());
            assertThat(plan.actions()).as("seed %d converges", seed).isEmpty();
            assertThat(objects.keySet().stream().filter(ref -> ref.kind().equals("Shard")))
                    .as("seed %d has its shards", seed)
                    .hasSizeGreaterThanOrEqualTo(shards);
        }

        private ClusterIntent intent() {
            return ClusterFixtures.intent(shards, replicas, coordination);
        }

        private void disturb() {
            switch (random.nextInt(8)) {
                case 0 -> shards = 1 + random.nextInt(3);
                case 1 -> replicas = 1 + random.nextInt(3);
                case 2 -> state = new CoordinationState.RootMissing();
                case 3 -> state = new CoordinationState.Unreachable("down");
                case 4 -> hosts().stream().skip(random.nextInt(3)).findFirst().ifPresent(away::add);
                case 5 -> away.clear();
                case 6 ->
                    objects.keySet()
                            .removeIf(ref ->
                                    ref.kind().equals("Service") || ref.kind().equals("PodDisruptionBudget"));
                default -> {}
            }
        }

        private List<Host> hosts() {
            return Layout.of(ClusterFixtures.CLUSTER, new Layout.Size(shards, replicas))
                    .hosts();
        }

        private void step(boolean mayDie) {
            objects.values().forEach(object -> {
                if (object instanceof Shard shard) {
                    ClusterFixtures.setStatus(shard, intent(), away);
                }
            });
            var actions = ClusterPlanner.plan(intent(), observed()).actions();
            int done = mayDie && random.nextInt(4) == 0 ? random.nextInt(actions.size() + 1) : actions.size();
            actions.stream().limit(done).forEach(this::execute);
        }

        private ClusterObserved observed() {
            var found = objects.values().stream()
                    .filter(Shard.class::isInstance)
                    .map(Shard.class::cast)
                    .toList();
            return new ClusterObserved(objects, passwords, Set.of(), state, found, Set.of());
        }

        private void execute(ClusterAction action) {
            switch (action) {
                case ClusterAction.GeneratePassword(var cluster, var user) ->
                    assertThat(passwords.put(user.name(), "password " + generated++))
                            .as("seed %d generates the password of %s again", seed, user.name())
                            .isNull();
                case ClusterAction.CreateCoordinationRoot create -> state = new CoordinationState.Usable();
                case ClusterAction.ApplyObject(var desired, var why) -> apply(desired);
                case ClusterAction.DeleteObject(var object, var why) ->
                    assertThat(object).as("seed %d deletes", seed).isNull();
            }
        }

        private void apply(HasMetadata desired) {
            var before = objects.put(ObjectRef.of(desired), desired);
            if (desired instanceof Shard shard) {
                assertShardMayBe(shard, (Shard) before);
                assertTellsOfWhatStands(shard);
            }
        }

        private void assertShardMayBe(Shard shard, Shard before) {
            if (before == null) {
                boolean first = objects.keySet().stream()
                                .filter(ref -> ref.kind().equals("Shard"))
                                .count()
                        == 1;
                assertThat(first
                                && coordination instanceof Coordination.External
                                && state instanceof CoordinationState.Unreachable)
                        .as("seed %d starts a server before the ensemble answered", seed)
                        .isFalse();
            } else {
                assertThat(shard.getSpec().members())
                        .as("seed %d removes a replica", seed)
                        .containsAll(before.getSpec().members());
                shard.setStatus(before.getStatus());
            }
        }

        /** Pods are told of a change when it has come, not before. */
        private void assertTellsOfWhatStands(Shard shard) {
            var config = (ConfigMap) objects.get(new ObjectRef("ConfigMap", "ns", "c-config"));
            var usersConfig = (Secret) objects.get(new ObjectRef("Secret", "ns", "c-users-config"));
            assertThat(shard.getSpec().configHash())
                    .as("seed %d tells pods of a configuration that does not stand", seed)
                    .isEqualTo(ClusterResources.configHash(config, usersConfig));
        }
    }
}
