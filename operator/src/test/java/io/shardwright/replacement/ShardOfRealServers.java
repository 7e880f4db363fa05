package io.shardwright.replacement;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.shardwright.clickhouse.Dialect;
import io.shardwright.clickhouse.Servers;
import io.shardwright.crds.ReplacementHostStatus;
import io.shardwright.crds.ReplacementPhase;
import io.shardwright.crds.ReplacementStatus;
import io.shardwright.keeper.CuratorKeeper;
import io.shardwright.kube.HostWriter;
import io.shardwright.kube.PodConditions;
import io.shardwright.plan.ActionRunner;
import io.shardwright.plan.Outcome;
import io.shardwright.replacement.ReplacementIntent.Request;
import io.shardwright.replacement.ReplacementObserved.Volume;
import io.shardwright.testing.RealServers;
import io.shardwright.topology.ClusterIntent;
import io.shardwright.topology.Coordination;
import io.shardwright.topology.Host;
import io.shardwright.topology.Layout;
import io.shardwright.topology.Leaving;
import io.shardwright.topology.Storage;
import io.shardwright.topology.User;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The first shard of the real servers, with pods that are made up and always answer. */
final class ShardOfRealServers implements HostWriter {
    private static final String VERSION = "18.16.1";

    private final RealServers real;
    private final ReplacementObserver observer;
    private final ReplacementExecutor executor;
    private final Map<String, String> containers = new HashMap<>();
    private final Map<String, String> gates = new HashMap<>();
    private final Map<String, List<ReplacementPhase>> seen = new HashMap<>();
    private final Set<String> holdsSeen = new HashSet<>();
    private final Set<String> reasonsSeen = new HashSet<>();
    private List<Request> requests = List.of();
    private Optional<Long> bytesPerSecond = Optional.empty();
    private ReplacementStatus status;
    private Duration ahead = Duration.ZERO;

    ShardOfRealServers(RealServers real, Servers servers) {
        this.real = real;
        this.observer = new ReplacementObserver(
                servers,
                host -> new Volume.Claimed("claim of " + host.name(), false, false, Optional.empty()),
                address -> false,
                coordination -> true);
        this.executor = new ReplacementExecutor(this, servers, new CuratorKeeper(Duration.ofSeconds(3)));
    }

    void ask(Request request) {
        requests = List.of(request);
    }

    /** The operator's clock goes on. */
    void later(Duration duration) {
        ahead = ahead.plus(duration);
    }

    void limit(Optional<Long> newBytesPerSecond) {
        bytesPerSecond = newBytesPerSecond;
    }

    /** Its server runs in another container from now on. */
    void restarted(Host host) {
        containers.merge(host.podName(), "0", (old, any) -> old + "+");
    }

    List<Outcome<ReplacementAction>> pass() {
        var now = Instant.now().plus(ahead);
        var intent = intent();
        var observed = observer.observe(intent, status, pods(), now);
        var verdicts = ReplacementPlanner.judge(intent, observed, now);
        var outcomes = ActionRunner.run(ReplacementPlanner.plan(verdicts).actions(), executor::execute);
        status = ReplacementStatusProjection.project(status, intent, observed, verdicts, outcomes, now);
        status.holds().forEach(hold -> holdsSeen.add(hold.reason()));
        status.hosts().forEach(host -> reasonsSeen.add(host.reason()));
        status.hosts().forEach(host -> seen.computeIfAbsent(host.name(), any -> new ArrayList<>())
                .add(host.phase()));
        return outcomes;
    }

    void passUntilServing(Duration patience) {
        var deadline = Instant.now().plus(patience);
        do {
            pass();
            if (Instant.now().isAfter(deadline)) {
                throw new AssertionError("does not serve: " + status);
            }
            pause();
        } while (!status.hosts().stream().allMatch(ShardOfRealServers::isSettled));
    }

    private static boolean isSettled(ReplacementHostStatus host) {
        return host.phase() == ReplacementPhase.InService && host.reason().equals(Verdict.SETTLED);
    }

    private static void pause() {
        try {
            Thread.sleep(Duration.ofMillis(100));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    List<ReplacementPhase> phases() {
        return status.hosts().stream().map(ReplacementHostStatus::phase).toList();
    }

    Set<String> reasonsSeen() {
        return reasonsSeen;
    }

    List<ReplacementPhase> phasesSeen(Host host) {
        return seen.get(host.name());
    }

    Set<String> holdsSeen() {
        return holdsSeen;
    }

    ReplacementStatus status() {
        return status;
    }

    @Override
    public void openGate(String namespace, String pod, String uid, String container) {
        gates.put(pod, container);
    }

    @Override
    public void closeGate(String namespace, String pod, String uid, String version, String why) {
        gates.remove(pod);
    }

    @Override
    public void deleteClaim(String namespace, String name, String uid) {
        throw new AssertionError("nothing here is given up");
    }

    @Override
    public void deletePod(String namespace, String name, String uid, boolean force) {
        throw new AssertionError("nothing here is given up");
    }

    private ReplacementIntent intent() {
        var layout = real.layout();
        var storage = new Storage(new Quantity("1Gi"), Optional.empty());
        var cluster = new ClusterIntent(
                layout.cluster(),
                "uid",
                VERSION,
                "image",
                new Layout.Size(2, 2),
                layout,
                Leaving.NONE,
                new Coordination.External(List.of(real.coordination()), RealServers.ROOT),
                storage,
                User.ofEveryCluster(),
                ClusterIntent.PodAdditions.none(),
                true);
        return new ReplacementIntent(
                cluster,
                Dialect.of(VERSION),
                0,
                layout.hostsOf(0),
                Optional.of(Duration.ofMinutes(10)),
                false,
                bytesPerSecond,
                requests,
                Set.of());
    }

    private Map<String, Pod> pods() {
        var pods = new HashMap<String, Pod>();
        real.layout().hosts().forEach(host -> pods.put(host.podName(), pod(host)));
        return pods;
    }

    private Pod pod(Host host) {
        var name = host.podName();
        var pod = new PodBuilder()
                .withNewMetadata()
                .withName(name)
                .withUid("uid of " + name)
                .endMetadata()
                .withNewSpec()
                .withNodeName("node")
                .endSpec()
                .withNewStatus()
                .addNewCondition()
                .withType("ContainersReady")
                .withStatus("True")
                .endCondition()
                .addNewContainerStatus()
                .withContainerID(containers.computeIfAbsent(name, any -> "0"))
                .endContainerStatus()
                .endStatus()
                .build();
        if (gates.containsKey(name)) {
            pod.getStatus()
                    .getConditions()
                    .add(new io.fabric8.kubernetes.api.model.PodConditionBuilder()
                            .withType(PodConditions.IN_SERVICE)
                            .withStatus("True")
                            .withMessage(gates.get(name))
                            .build());
        }
        return pod;
    }
}
