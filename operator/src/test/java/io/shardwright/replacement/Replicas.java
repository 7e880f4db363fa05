package io.shardwright.replacement;

import io.fabric8.kubernetes.api.model.Quantity;
import io.shardwright.clickhouse.Dialect;
import io.shardwright.crds.ReplacementPhase;
import io.shardwright.holdings.HostContents;
import io.shardwright.holdings.HostContents.PartState;
import io.shardwright.holdings.HostContents.ReplicaState;
import io.shardwright.holdings.HostContents.TableId;
import io.shardwright.holdings.HostContents.TableState;
import io.shardwright.holdings.Part;
import io.shardwright.holdings.Registration;
import io.shardwright.holdings.Registration.RegisteredReplica;
import io.shardwright.holdings.ReplicaName;
import io.shardwright.replacement.ReplacementIntent.Request;
import io.shardwright.replacement.ReplacementObserved.Answer;
import io.shardwright.replacement.ReplacementObserved.Before;
import io.shardwright.replacement.ReplacementObserved.Node;
import io.shardwright.replacement.ReplacementObserved.PodView;
import io.shardwright.replacement.ReplacementObserved.Recorded;
import io.shardwright.replacement.ReplacementObserved.Volume;
import io.shardwright.topology.ClusterIntent;
import io.shardwright.topology.ClusterRef;
import io.shardwright.topology.Coordination;
import io.shardwright.topology.Host;
import io.shardwright.topology.Layout;
import io.shardwright.topology.Leaving;
import io.shardwright.topology.Storage;
import io.shardwright.topology.User;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** A shard in the states that tests begin with: two hosts of one shard that serve one table, until told otherwise. */
final class Replicas {
    static final Instant NOW = Instant.parse("2024-06-01T12:00:00Z");
    static final ClusterRef CLUSTER = new ClusterRef("ns", "c", "cluster.local");
    static final Host FIRST = new Host(CLUSTER, 0, 0);
    static final Host SECOND = new Host(CLUSTER, 0, 1);
    static final String PATH = "/tables/0/nyc/flights";
    static final ReplicaName NAME = new ReplicaName("c-0-1-live1");
    static final TableId TABLE = new TableId("nyc", "flights");

    final Map<Host, PodView> pods = new HashMap<>();
    final Map<Host, Answer> answers = new HashMap<>();
    final Map<Host, Volume> volumes = new HashMap<>();
    final Map<Host, Registration> registrations = new HashMap<>();
    final Map<Host, Before> before = new HashMap<>();
    final Map<Integer, Recorded> recorded = new HashMap<>();
    final List<Set<String>> listings = new ArrayList<>();
    final List<Request> requests = new ArrayList<>();
    final Set<Host> leaving = new HashSet<>();
    Optional<HostContents> elsewhere = Optional.empty();
    Optional<Duration> after = Optional.of(Duration.ofMinutes(10));
    boolean onDrain;
    String version = "18.16.1";

    Replicas() {
        for (var host : List.of(FIRST, SECOND)) {
            serving(host);
            answers.put(host, said(parts("202401_0_0_0")));
        }
    }

    Map<Host, Verdict> judge() {
        return ReplacementPlanner.judge(intent(), observed(), NOW);
    }

    Verdict judge(Host host) {
        return judge().get(host);
    }

    Replicas serving(Host host) {
        pods.put(host, pod(host, true, "container", Optional.of("container"), "node"));
        return this;
    }

    /** Up and outside the Services. */
    Replicas outside(Host host) {
        pods.put(host, pod(host, true, "container", Optional.empty(), "node"));
        return this;
    }

    Replicas down(Host host) {
        pods.put(host, pod(host, false, "container", Optional.empty(), "node"));
        answers.remove(host);
        return this;
    }

    Replicas emptied(Host host) {
        outside(host);
        answers.put(host, empty());
        return this;
    }

    Replicas leaving(Host host) {
        leaving.add(host);
        return this;
    }

    Replicas known(Host host, String... parts) {
        registrations.put(host, new Registration.Known(List.of(registered(false, parts)), 1));
        return this;
    }

    Replicas was(Host host, ReplacementPhase phase, String reason) {
        before.put(host, new Before(Optional.of(phase), reason, NOW.minusSeconds(60)));
        return this;
    }

    Replicas onNode(Host host, Node node) {
        volumes.put(host, new Volume.Claimed("claim", false, false, Optional.of(node)));
        return this;
    }

    Replicas asked(int replica, boolean acceptDataLoss) {
        requests.add(new Request(replica, "slow disk", acceptDataLoss));
        recorded.put(replica, new Recorded("claim", false));
        volumes.putIfAbsent(new Host(CLUSTER, 0, replica), new Volume.Claimed("claim", false, false, Optional.empty()));
        return this;
    }

    ReplacementIntent intent() {
        var storage = new Storage(new Quantity("1Gi"), Optional.empty());
        var layout = Layout.of(CLUSTER, Map.of(0, List.of(0, 1)));
        var cluster = new ClusterIntent(
                CLUSTER,
                "uid",
                version,
                "image",
                new Layout.Size(1, 2),
                layout,
                Leaving.NONE,
                new Coordination.External(List.of("zk:2181"), "/root"),
                storage,
                User.ofEveryCluster(),
                ClusterIntent.PodAdditions.none(),
                true);
        return new ReplacementIntent(
                cluster, Dialect.of(version), 0, layout.hosts(), after, onDrain, requests, leaving);
    }

    ReplacementObserved observed() {
        return new ReplacementObserved(pods, answers, elsewhere, volumes, registrations, listings, before, recorded);
    }

    static PodView pod(Host host, boolean answering, String container, Optional<String> gate, String node) {
        return new PodView(
                "uid of " + host.name(),
                "1",
                answering && gate.isPresent(),
                answering,
                container,
                gate,
                node,
                NOW.minusSeconds(300));
    }

    /** Of a volume that is gone. */
    static RegisteredReplica registered(boolean active, String... parts) {
        return registered("c-0-1-gone1", active, parts);
    }

    static RegisteredReplica registered(String name, boolean active, String... parts) {
        return new RegisteredReplica(
                PATH,
                new ReplicaName(name),
                active,
                Arrays.stream(parts).map(Part::of).toList(),
                List.of());
    }

    static Answer.Said empty() {
        return new Answer.Said(new HostContents(
                Optional.empty(),
                new TreeMap<>(Map.of("default", "Ordinary")),
                new TreeMap<>(),
                new TreeMap<>(),
                Optional.of(Set.of())));
    }

    static Answer.Said without(ReplicaName name, boolean hasDatabase) {
        return new Answer.Said(new HostContents(
                Optional.of(name),
                new TreeMap<>(
                        hasDatabase ? Map.of("default", "Ordinary", "nyc", "Ordinary") : Map.of("default", "Ordinary")),
                new TreeMap<>(),
                new TreeMap<>(),
                Optional.of(Set.of())));
    }

    static Answer.Said said(List<PartState> parts) {
        return said(parts, true);
    }

    static Answer.Said said(List<PartState> parts, boolean active) {
        return said(NAME, parts, active);
    }

    static Answer.Said said(ReplicaName name, List<PartState> parts, boolean active) {
        var table = new TableState(
                "ReplicatedMergeTree",
                "CREATE TABLE nyc.flights (id UInt64) ENGINE = ReplicatedMergeTree('" + PATH
                        + "', '{replica}') ORDER BY id",
                Optional.of(new ReplicaState(PATH, name, active)),
                parts);
        return new Answer.Said(new HostContents(
                Optional.of(name),
                new TreeMap<>(Map.of("default", "Ordinary", "nyc", "Ordinary")),
                new TreeMap<>(Map.of(TABLE, table)),
                new TreeMap<>(),
                Optional.of(Set.of())));
    }

    static List<PartState> parts(String... names) {
        return Arrays.stream(names)
                .map(name -> new PartState(Part.of(name), 10, 100, true))
                .toList();
    }
}
