package io.shardwright.shard;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSetBuilder;
import io.fabric8.kubernetes.api.model.apps.StatefulSetStatusBuilder;
import io.shardwright.clickhouse.HostSnapshot;
import io.shardwright.clickhouse.HostSnapshot.ClusterNode;
import io.shardwright.kube.Drift;
import io.shardwright.kube.ObjectRef;
import io.shardwright.shard.ShardObserved.Answer;
import io.shardwright.shard.ShardObserved.PodState;
import io.shardwright.testing.Seeds;
import io.shardwright.topology.Host;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/**
 * Runs the planner against a model of Kubernetes that lags (objects and pods are seen late, each kind by itself, though
 * never older than the operator's own writes: see RecentWrites), fails (pods
 * die, servers do not answer, servers lose their remote_servers) and an operator that dies after any action.
 */
final class ShardSimulationTest {
    /** `make soak` sets more. */
    private static final int SEEDS = Integer.getInteger("simulation.seeds", 60);

    private static final int DISTURBED_STEPS = 40;
    private static final int STEPS_TO_CONVERGE = 400;

    @Test
    void convergesAndNeverTakesASecondReplicaDown() {
        LongStream.range(0, SEEDS).parallel().forEach(seed -> new World(seed, true).run());
    }

    /** The simulation must be able to notice: without the rule, some seed takes two replicas down at once. */
    @Test
    void noticesWhenHostsRestartWithoutLookingAtTheirPeers() {
        int caught = 0;
        for (int seed = 0; seed < 10; seed++) {
            try {
                new World(seed, false).run();
            } catch (AssertionError e) {
                caught++;
            }
        }
        assertThat(caught).isPositive();
    }

    private static final class World {
        private final long seed;
        private final Random random;
        private final boolean obeysRules;
        private final List<Host> hosts;
        private final Map<ObjectRef, HasMetadata> objects = new TreeMap<>();
        private final Map<Host, Server> servers = new HashMap<>();
        private Map<ObjectRef, HasMetadata> seenObjects = new TreeMap<>();
        private Map<Host, PodState> seenPods = Map.of();
        private ShardIntent intent;
        private boolean disturbed = true;

        World(long seed, boolean obeysRules) {
            this.seed = seed;
            this.random = Seeds.random(seed);
            this.obeysRules = obeysRules;
            this.intent = ShardFixtures.intent(1 + random.nextInt(2), 2 + random.nextInt(2), "1", "c1");
            this.hosts = intent.hosts();
        }

        void run() {
            for (int step = 0; step < DISTURBED_STEPS; step++) {
                disturb();
                step();
            }
            disturbed = false;
            for (int step = 0; step < STEPS_TO_CONVERGE && !isConverged(); step++) {
                step();
            }
            assertThat(isConverged()).as("seed %d converges", seed).isTrue();
        }

        private void step() {
            advance();
            look();
            var plan = ShardPlanner.plan(intent, observed());
            boolean dies = disturbed && random.nextInt(5) == 0;
            int done = dies
                    ? random.nextInt(plan.actions().size() + 1)
                    : plan.actions().size();
            plan.actions().stream().limit(done).forEach(this::execute);
            if (dies) {
                seenObjects = copyOf(objects);
            }
            if (!obeysRules) {
                hosts.forEach(host -> execute(new ShardAction.ApplyObject(
                        Drift.stamped(HostResources.statefulSet(intent, host)), "no rule")));
            }
        }

        private boolean isConverged() {
            seenObjects = copyOf(objects);
            seenPods = pods();
            return ShardPlanner.plan(intent, observed()).converged()
                    && hosts.stream().allMatch(host -> HostReadiness.of(host, intent, observed())
                            .isReady());
        }

        private void disturb() {
            var host = hosts.get(random.nextInt(hosts.size()));
            switch (random.nextInt(12)) {
                case 0 -> intent = ShardFixtures.with(intent, "" + random.nextInt(3), intent.configHash());
                case 1 -> intent = ShardFixtures.with(intent, intent.cluster().version(), "c" + random.nextInt(3));
                case 2 -> Optional.ofNullable(servers.get(host)).ifPresent(Server::die);
                case 3 -> Optional.ofNullable(servers.get(host)).ifPresent(server -> server.answers = false);
                case 4 -> Optional.ofNullable(servers.get(host)).ifPresent(server -> server.knowsCluster = false);
                case 5 ->
                    objects.remove(new ObjectRef("ConfigMap", host.cluster().namespace(), host.name()));
                default -> {}
            }
        }

        /** What the StatefulSet controller and the kubelet do by themselves. */
        private void advance() {
            hosts.forEach(host -> statefulSet(host).ifPresent(statefulSet -> {
                var server = servers.computeIfAbsent(host, any -> new Server(statefulSet));
                server.advance(statefulSet, random);
            }));
        }

        /** Caches follow one kind at a time, and sometimes not at all. */
        private void look() {
            if (!disturbed || random.nextInt(3) > 0) {
                seenObjects = copyOf(objects);
            }
            if (!disturbed || random.nextInt(3) > 0) {
                seenPods = pods();
            }
        }

        private ShardObserved observed() {
            var answers = new HashMap<Host, Answer>();
            seenPods.forEach((host, pod) -> {
                if (pod.answering()) {
                    answers.put(host, servers.get(host).answer(intent));
                }
            });
            return new ShardObserved(seenObjects, seenPods, answers);
        }

        private Map<Host, PodState> pods() {
            var pods = new HashMap<Host, PodState>();
            servers.forEach((host, server) -> pods.put(
                    host,
                    new PodState(server.ready, server.ready, "node", "10.0.0.1", server.configHash, Optional.empty())));
            return pods;
        }

        private void execute(ShardAction action) {
            switch (action) {
                case ShardAction.ApplyObject(var desired, var why) -> apply(desired);
                case ShardAction.DeleteObject(var object) ->
                    assertThat(object).as("seed %d deletes", seed).isNull();
                case ShardAction.AnnounceConfig(var host, var hash) -> servers.get(host).configHash = hash;
                case ShardAction.ReloadConfig(var host) -> servers.get(host).knowsCluster = true;
            }
        }

        private void apply(HasMetadata desired) {
            var ref = ObjectRef.of(desired);
            var before = objects.get(ref);
            var copy = copyOf(desired);
            if (copy instanceof StatefulSet statefulSet) {
                boolean restarts =
                        before instanceof StatefulSet old && !image(old).equals(image(statefulSet));
                if (restarts) {
                    assertMayRestart(desired.getMetadata().getName());
                }
                long generation = before == null ? 1 : before.getMetadata().getGeneration() + (restarts ? 1 : 0);
                statefulSet.getMetadata().setGeneration(generation);
                statefulSet.setStatus(before instanceof StatefulSet old ? old.getStatus() : null);
            }
            objects.put(ref, copy);
            seenObjects.put(ref, copyOf(copy));
        }

        /** ONE_HOST_DOWN_AT_A_TIME, judged by the truth and not by what the planner saw. */
        private void assertMayRestart(String hostName) {
            var restarted = hosts.stream()
                    .filter(host -> host.name().equals(hostName))
                    .findFirst()
                    .orElseThrow();
            if (!servers.containsKey(restarted) || !servers.get(restarted).ready) {
                return;
            }
            var downByOperator = hosts.stream()
                    .filter(host -> !host.equals(restarted))
                    .filter(host -> statefulSet(host)
                            .map(statefulSet -> !servers.containsKey(host)
                                    || !servers.get(host).image.equals(image(statefulSet)))
                            .orElse(false))
                    .toList();
            assertThat(downByOperator)
                    .as("seed %d restarts %s while others are being restarted", seed, hostName)
                    .isEmpty();
        }

        private Optional<StatefulSet> statefulSet(Host host) {
            return Optional.ofNullable((StatefulSet)
                    objects.get(new ObjectRef("StatefulSet", host.cluster().namespace(), host.name())));
        }

        /** Nothing but the status of a StatefulSet changes in place. */
        private static HasMetadata copyOf(HasMetadata object) {
            return object instanceof StatefulSet statefulSet ? new StatefulSetBuilder(statefulSet).build() : object;
        }

        private static Map<ObjectRef, HasMetadata> copyOf(Map<ObjectRef, HasMetadata> objects) {
            var copy = new TreeMap<ObjectRef, HasMetadata>();
            objects.forEach((ref, object) -> copy.put(ref, copyOf(object)));
            return copy;
        }
    }

    private static String image(StatefulSet statefulSet) {
        return statefulSet
                .getSpec()
                .getTemplate()
                .getSpec()
                .getContainers()
                .getFirst()
                .getImage();
    }

    /** A pod and the server in it. */
    private static final class Server {
        private String image;
        private String configHash = "";
        private boolean ready;
        private boolean answers = true;
        private boolean knowsCluster = true;

        Server(StatefulSet statefulSet) {
            image = image(statefulSet);
        }

        void die() {
            ready = false;
        }

        void advance(StatefulSet statefulSet, Random random) {
            boolean changed = !image.equals(image(statefulSet));
            if (changed && random.nextBoolean()) {
                image = image(statefulSet);
                ready = false;
                configHash = "";
                changed = false;
            } else if (!ready && random.nextBoolean()) {
                ready = true;
                answers = true;
                knowsCluster = true;
            } else if (!answers && random.nextInt(4) == 0) {
                answers = true;
            }
            statefulSet.setStatus(new StatefulSetStatusBuilder()
                    .withReplicas(1)
                    .withObservedGeneration(statefulSet.getMetadata().getGeneration())
                    .withUpdateRevision(image(statefulSet))
                    .withCurrentRevision(!changed && ready ? image(statefulSet) : "older")
                    .build());
        }

        Answer answer(ShardIntent intent) {
            if (!answers || !ready) {
                return new Answer.Unknown("no answer");
            }
            var nodes = knowsCluster
                    ? intent.cluster().layout().hosts().stream()
                            .map(host -> new ClusterNode(
                                    host.cluster().name(), host.shard() + 1, host.replica() + 1, host.peersDnsName()))
                            .toList()
                    : List.<ClusterNode>of();
            return new Answer.Said(new HostSnapshot("18.16.1", nodes, List.of(), List.of(), List.of(), List.of()));
        }
    }
}
