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
import io.shardwright.holdings.QuietSpell;
import io.shardwright.holdings.Registration;
import io.shardwright.holdings.Registration.RegisteredReplica;
import io.shardwright.holdings.ReplicaName;
import io.shardwright.replacement.ReplacementIntent.Request;
import io.shardwright.replacement.ReplacementObserved.Answer;
import io.shardwright.replacement.ReplacementObserved.Before;
import io.shardwright.replacement.ReplacementObserved.Crash;
import io.shardwright.replacement.ReplacementObserved.Node;
import io.shardwright.replacement.ReplacementObserved.PodView;
import io.shardwright.replacement.ReplacementObserved.Recorded;
import io.shardwright.replacement.ReplacementObserved.Refusal;
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
    /** Of shards that have it. */
    static final Host THIRD = new Host(CLUSTER, 0, 2);

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
    final Map<Host, List<String>> own = new HashMap<>();
    final Set<Integer> unservedShards = new HashSet<>();
    final List<Request> requests = new ArrayList<>();
    final Set<Host> leaving = new HashSet<>();
    final List<Integer> indexes = new ArrayList<>(List.of(0, 1));
    final Map<Integer, List<Integer>> otherShards = new HashMap<>();
    Optional<Answer> elsewhere = Optional.empty();
    Optional<Duration> after = Optional.of(Duration.ofMinutes(10));
    boolean onDrain;
    Optional<Long> bytesPerSecond = Optional.empty();
    String version = "18.16.1";

    Replicas() {
        for (var host : List.of(FIRST, SECOND)) {
            servingWhole(host);
        }
    }

    Replicas withThird() {
        indexes.add(THIRD.replica());
        return servingWhole(THIRD);
    }

    private Replicas servingWhole(Host host) {
        serving(host);
        answers.put(host, said(parts("202401_0_0_0")));
        own.put(host, List.of());
        return this;
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
        own.remove(host);
        return this;
    }

    Replicas emptied(Host host) {
        outside(host);
        answers.put(host, empty());
        return this;
    }

    /** Its server keeps ending. */
    Replicas crashing(Host host, Optional<String> doubt) {
        return crashing(host, NOW.minusSeconds(5000), doubt);
    }

    Replicas crashing(Host host, Instant podSince, Optional<String> doubt) {
        var crash = new Crash("exit code 70, last words: Syntax error", podSince, doubt);
        return downWithAWholeVolume(host, Optional.of(crash), Optional.empty());
    }

    /** Its node should have ended its pod by then, and its volume could go to another one. */
    Replicas overdue(Host host, Instant due) {
        return downWithAWholeVolume(host, Optional.empty(), Optional.of(due));
    }

    private Replicas downWithAWholeVolume(Host host, Optional<Crash> crash, Optional<Instant> overdue) {
        down(host);
        var pod = pods.get(host);
        pods.put(
                host,
                new PodView(
                        pod.uid(),
                        pod.version(),
                        false,
                        false,
                        pod.container(),
                        pod.gate(),
                        pod.node(),
                        pod.since(),
                        pod.justStarted(),
                        crash,
                        overdue));
        volumes.put(host, new Volume.Claimed("claim", false, false, Optional.empty()));
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

    /** Fenced and left alone for so long. */
    Replicas quiet(Host host, Duration lasting) {
        outside(host);
        before.put(
                host,
                new Before(
                        Optional.of(ReplacementPhase.Lost),
                        OwnRows.PASSING_ON,
                        NOW.minusSeconds(60),
                        Map.of(),
                        Optional.of(new QuietSpell(NOW.minus(lasting), NOW.minusSeconds(2))),
                        Optional.empty()));
        return this;
    }

    /** Its server has refused to make something for so long. */
    Replicas refused(Host host, String object, Duration duration) {
        var was = before.getOrDefault(host, Before.NOTHING);
        var refused = new HashMap<>(was.refused());
        refused.put(
                object, new Refusal("could not restore " + object + ": Table doesn't exist", NOW.minus(duration), NOW));
        before.put(host, new Before(was.phase(), was.reason(), was.since(), refused, was.quiet(), was.limit()));
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
        var members = new HashMap<>(otherShards);
        members.put(0, indexes);
        var layout = Layout.of(CLUSTER, members);
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
                cluster, Dialect.of(version), 0, layout.hostsOf(0), after, onDrain, bytesPerSecond, requests, leaving);
    }

    ReplacementObserved observed() {
        return new ReplacementObserved(
                pods, answers, elsewhere, volumes, registrations, listings, own, unservedShards, before, recorded);
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
                NOW.minusSeconds(300),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
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

    /** With a view, or another object, of its own database beside. */
    static Answer.Said and(Answer.Said said, TableId id, String engine, String create) {
        var contents = said.contents();
        var tables = new TreeMap<>(contents.tables());
        tables.put(id, new TableState(engine, create, Optional.empty(), List.of()));
        return new Answer.Said(new HostContents(
                contents.replicaName(), contents.databases(), tables, contents.functions(), contents.listed()));
    }

    static List<PartState> parts(String... names) {
        return Arrays.stream(names)
                .map(name -> new PartState(Part.of(name), 10, 100, true))
                .toList();
    }
}
