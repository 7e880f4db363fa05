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
import io.shardwright.plan.Outcome;
import io.shardwright.replacement.ReplacementIntent.Request;
import io.shardwright.replacement.ReplacementObserved.Answer;
import io.shardwright.replacement.ReplacementObserved.Before;
import io.shardwright.replacement.ReplacementObserved.PodView;
import io.shardwright.replacement.ReplacementObserved.Recorded;
import io.shardwright.replacement.ReplacementObserved.Volume;
import io.shardwright.simulation.Replication;
import io.shardwright.simulation.World;
import io.shardwright.topology.ClusterIntent;
import io.shardwright.topology.Coordination;
import io.shardwright.topology.Host;
import io.shardwright.topology.Layout;
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
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** The replacement reconciler in a {@link World}: one look at each shard in turn. */
public final class ReplacementInWorld {
    private static final TableId TABLE = new TableId("d", "t");
    private static final Dialect DIALECT = Dialect.of("18.16.1");
    private static final List<PartState> SETTLED = parts(true);
    private static final List<PartState> YOUNG = parts(false);

    private static final long PART_BYTES = 10;

    /** So long a peer may well not have a part yet. */
    private static final long YOUNG_SECONDS = 10;

    private final World world;
    private final Set<ReplacementRule> rules;
    private final Map<Host, Before> before = new HashMap<>();
    private final Map<Host, Recorded> recorded = new HashMap<>();

    /** The container in which a server was last told to begin no fetch. */
    private final Map<Host, Integer> stoppedIn = new HashMap<>();

    /** Pods as the cache has them. */
    private final Map<Host, PodView> cached = new HashMap<>();

    private ReplacementObserved observed;

    /** @param broken the rule that is not obeyed; none of that name is when all are */
    public ReplacementInWorld(World world, String broken) {
        this.world = world;
        this.rules = ReplacementRule.ALL.stream()
                .filter(rule -> !rule.name().equals(broken))
                .collect(Collectors.toSet());
    }

    public static List<String> rules() {
        return Stream.of(ReplacementRule.values()).map(ReplacementRule::name).toList();
    }

    public void pass(boolean mayDie) {
        for (int shard : List.copyOf(world.members.keySet())) {
            // What was announced is looked at again at once.
            if (pass(shard, mayDie) && !(mayDie && world.chance(3))) {
                pass(shard, mayDie);
            }
        }
        before.keySet().retainAll(world.standing());
        recorded.keySet().retainAll(world.requests);
        world.requests.removeIf(
                host -> recorded.containsKey(host) && recorded.get(host).done()
                        || !world.standing().contains(host));
        var incomplete = new HashSet<Host>();
        before.forEach((host, was) -> {
            if (was.isIncomplete()) {
                incomplete.add(host);
            }
        });
        world.incomplete = incomplete;
    }

    /** As the observer does: while all serve, only pods are looked at. */
    private boolean isQuiet(List<Host> hosts) {
        return hosts.stream()
                .allMatch(host -> world.server(host).inService()
                        && world.server(host).gateOf == world.server(host).container
                        && world.server(host).reachable
                        && !world.seen.isFenced(host)
                        && !world.requests.contains(host)
                        && before.getOrDefault(host, Before.NOTHING).isSettled());
    }

    /** @return whether it was announced that something is about to be done */
    private boolean pass(int shard, boolean mayDie) {
        var hosts = world.hostsOf(shard);
        if (isQuiet(hosts)) {
            return false;
        }
        var intent = intent(shard, hosts, mayDie);
        observed = observe(hosts, mayDie);
        var verdicts = ReplacementPlanner.judge(intent, observed, world.now, rules);
        var outcomes = new ArrayList<Outcome<ReplacementAction>>();
        for (var action : ReplacementPlanner.plan(verdicts).actions()) {
            if (mayDie && world.chance(8)) {
                return false;
            }
            if (!mayDie || !world.chance(5)) {
                execute(action);
                outcomes.add(new Outcome.Done<>(action));
            }
        }
        if (mayDie && world.chance(6)) {
            return false;
        }
        verdicts.forEach((host, verdict) -> {
            var was = before.getOrDefault(host, Before.NOTHING);
            boolean isSame = was.is(verdict.phase()) && FetchPacing.isTheSame(verdict.reason(), was.reason());
            before.put(
                    host,
                    new Before(
                            Optional.of(verdict.phase()),
                            verdict.reason(),
                            isSame ? was.since() : world.now,
                            Map.of(),
                            verdict.quiet() ? Optional.of(QuietSpell.after(was.quiet(), world.now)) : Optional.empty(),
                            ReplacementStatusProjection.limit(verdict, outcomes)));
            recorded.computeIfPresent(
                    host,
                    (any, request) -> new Recorded(
                            request.volume(), ReplacementStatusProjection.isDone(request, observed, verdict)));
        });
        hosts.stream()
                .filter(host -> world.requests.contains(host) && world.server(host).claim)
                .forEach(host -> recorded.putIfAbsent(host, new Recorded("claim " + world.server(host).volume, false)));
        return verdicts.values().stream().anyMatch(verdict -> verdict.note().isPresent());
    }

    private ReplacementIntent intent(int shard, List<Host> hosts, boolean disturbed) {
        var layout = Layout.of(World.CLUSTER, world.members);
        var cluster = new ClusterIntent(
                World.CLUSTER,
                "uid",
                "18.16.1",
                "image",
                new Layout.Size(world.shards, world.replicas),
                layout,
                world.seen,
                new Coordination.External(List.of("zk:2181"), "/root"),
                new Storage(new Quantity("1Gi"), Optional.empty()),
                User.ofEveryCluster(),
                ClusterIntent.PodAdditions.none(),
                world.keepVolumes);
        return new ReplacementIntent(
                cluster,
                DIALECT,
                shard,
                hosts,
                Optional.of(Duration.ofMinutes(10)),
                false,
                bytesPerSecond(disturbed),
                hosts.stream()
                        .filter(world.requests::contains)
                        .map(host -> new Request(host.replica(), "asked", false))
                        .toList(),
                hosts.stream().filter(world.seen::isFenced).collect(Collectors.toSet()));
    }

    /** In some worlds fetches are limited; in some of these the limit is taken away in the end. */
    private Optional<Long> bytesPerSecond(boolean disturbed) {
        boolean isLimited = world.seed % 5 == 4 && (disturbed || world.seed % 2 == 0);
        return isLimited ? Optional.of(1L) : Optional.empty();
    }

    private ReplacementObserved observe(List<Host> hosts, boolean disturbed) {
        var pods = new HashMap<Host, PodView>();
        var answers = new HashMap<Host, Answer>();
        var volumes = new HashMap<Host, Volume>();
        var registrations = new HashMap<Host, Registration>();
        for (var host : hosts) {
            var server = world.server(host);
            if (!disturbed || !cached.containsKey(host) || !world.chance(4)) {
                cached.put(host, pod(server));
            }
            pods.put(host, cached.get(host));
            if (pods.get(host).answering()) {
                answers.put(
                        host,
                        !server.running || server.hidden || !server.reachable || disturbed && world.chance(10)
                                ? new Answer.Silent("no answer")
                                : new Answer.Said(contents(host)));
            }
            volumes.put(
                    host,
                    server.claim
                            ? new Volume.Claimed("claim " + server.volume, false, server.volumeGone, Optional.empty())
                            : new Volume.None());
            registrations.put(host, registration(host, hosts, disturbed));
        }
        var ofShard = new HashMap<Integer, Recorded>();
        hosts.stream().filter(recorded::containsKey).forEach(host -> ofShard.put(host.replica(), recorded.get(host)));
        return new ReplacementObserved(
                pods,
                answers,
                elsewhere(hosts, pods, answers),
                volumes,
                registrations,
                listings(hosts, answers),
                own(answers),
                unservedShards(),
                before,
                ofShard);
    }

    private Map<Host, List<String>> own(Map<Host, Answer> answers) {
        var own = new HashMap<Host, List<String>>();
        answers.forEach((host, answer) -> {
            if (answer instanceof Answer.Said && world.requests.contains(host)) {
                own.put(host, world.server(host).own != 0 ? List.of("d.own") : List.of());
            }
        });
        return own;
    }

    private Set<Integer> unservedShards() {
        return world.standing().stream()
                .filter(host -> !world.seen.isFenced(host))
                .map(Host::shard)
                .filter(shard -> world.hostsOf(shard).stream()
                        .noneMatch(host -> world.server(host).inService()))
                .collect(Collectors.toSet());
    }

    private static PodView pod(World.Server server) {
        return new PodView(
                "pod " + server.pod,
                "any",
                server.inService(),
                server.running && !server.hidden,
                "container " + server.container,
                server.gate ? Optional.of("container " + server.gateOf) : Optional.empty(),
                "node",
                server.since,
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    private HostContents contents(Host host) {
        var server = world.server(host);
        var tables = new TreeMap<TableId, TableState>();
        if (server.tables) {
            tables.put(
                    TABLE,
                    new TableState(
                            "ReplicatedMergeTree",
                            "CREATE TABLE d.t (x UInt8) ENGINE = ReplicatedMergeTree('/t', '{replica}')",
                            Optional.of(new ReplicaState(path(host), name(host), server.isActive(world))),
                            parts(server.parts)));
        }
        return new HostContents(
                Optional.of(name(host)),
                new TreeMap<>(Map.of("d", "Ordinary")),
                tables,
                new TreeMap<>(),
                Optional.of(world.namesOf(server.lists)));
    }

    private List<PartState> parts(long some) {
        var parts = new ArrayList<PartState>(Long.bitCount(some));
        for (long left = some; left != 0; left &= left - 1) {
            boolean isYoung =
                    world.now.getEpochSecond() - world.replication.parts().born(Long.lowestOneBit(left))
                            <= YOUNG_SECONDS;
            parts.add((isYoung ? YOUNG : SETTLED).get(Long.numberOfTrailingZeros(left)));
        }
        return parts;
    }

    private static ReplicaName name(Host host) {
        return new ReplicaName(host.name());
    }

    private static List<PartState> parts(boolean settled) {
        return IntStream.range(0, Long.SIZE)
                .mapToObj(part -> new PartState(Part.of("all_" + part + "_" + part + "_0"), 1, PART_BYTES, settled))
                .toList();
    }

    private static String path(Host host) {
        return "/t/" + host.shard();
    }

    private Registration registration(Host host, List<Host> hosts, boolean disturbed) {
        if (!world.coordinationUp || disturbed && world.chance(10)) {
            return new Registration.Unknown("no answer");
        }
        int ofPeers = (int) hosts.stream()
                .filter(other -> !other.equals(host) && world.server(other).registered)
                .count();
        var server = world.server(host);
        return new Registration.Known(
                server.registered
                        ? List.of(new RegisteredReplica(
                                path(host),
                                name(host),
                                server.holdsItsPlace(world),
                                parts(server.known & ~world.replication.toBeDropped(host)).stream()
                                        .map(PartState::part)
                                        .toList(),
                                List.of()))
                        : List.of(),
                ofPeers);
    }

    private Optional<Answer> elsewhere(List<Host> hosts, Map<Host, PodView> pods, Map<Host, Answer> answers) {
        if (!ReplacementObserved.isNew(pods, answers)) {
            return Optional.empty();
        }
        var inService = world.standing().stream()
                .filter(host -> !hosts.contains(host) && world.server(host).inService())
                .toList();
        return inService.stream()
                .filter(host -> world.server(host).reachable && world.server(host).tables)
                .findFirst()
                .<Answer>map(host -> new Answer.Said(contents(host)))
                .or(() -> inService.stream()
                        .filter(host -> !world.server(host).reachable)
                        .findFirst()
                        .map(host -> new Answer.Silent("no answer")));
    }

    /** One of another shard that says nothing may read from anyone. */
    private List<Set<String>> listings(List<Host> hosts, Map<Host, Answer> answers) {
        var everyone = world.namesOf(Set.copyOf(hosts));
        return world.standing().stream()
                .filter(host -> world.server(host).running && !world.server(host).hidden)
                .filter(host -> !hosts.contains(host) || answers.get(host) instanceof Answer.Said)
                .map(host -> hosts.contains(host) || world.server(host).reachable
                        ? world.namesOf(world.server(host).lists)
                        : everyone)
                .toList();
    }

    private void execute(ReplacementAction action) {
        var host = action.host();
        var server = world.server(host);
        // What the operator writes itself it knows of.
        cached.remove(host);
        switch (action) {
            case ReplacementAction.Admit admit -> {
                if (admit.podUid().equals("pod " + server.pod) && server.running) {
                    server.gate = true;
                    server.gateOf = Integer.parseInt(admit.container().substring("container ".length()));
                    requireCaughtUp(host);
                    world.require(
                            stoppedIn.getOrDefault(host, 0) != server.container || !server.stopped,
                            host.name() + " serves, and its queue stands still");
                }
            }
            case ReplacementAction.Fence fence -> {
                if (fence.podUid().equals("pod " + server.pod)) {
                    requireAnother(host);
                    world.closeGate(host);
                }
            }
            case ReplacementAction.StopQueues stop -> {
                if (server.running) {
                    server.stopped = true;
                    stoppedIn.put(host, server.container);
                }
            }
            case ReplacementAction.StartQueues start -> {
                server.stopped = false;
                stoppedIn.remove(host);
            }
            case ReplacementAction.CreateDatabase create -> {}
            case ReplacementAction.CreateFunction create -> {}
            case ReplacementAction.RestoreTable restore -> {
                boolean takesOver = restore.sql().startsWith("ATTACH");
                if (server.running && world.coordinationUp && takesOver == server.registered && !server.tables) {
                    requireUnread(host);
                    world.giveTables(host);
                }
            }
            case ReplacementAction.DropReplica drop -> world.forget(host);
            case ReplacementAction.ForgetReplica forget -> world.forget(host);
            case ReplacementAction.ForgetBlocks blocks -> {}
            case ReplacementAction.DeleteClaim(var any, var uid) -> {
                if (uid.equals("claim " + server.volume)) {
                    world.require(
                            before.getOrDefault(host, Before.NOTHING).is(ReplacementPhase.Replacing),
                            host.name() + " is given up before anyone was told");
                    requireAnother(host);
                    world.giveUpVolume(host);
                }
            }
            case ReplacementAction.DeletePod(var any, var uid, var force) -> {
                if (uid.equals("pod " + server.pod)) {
                    world.replacePod(host);
                }
            }
        }
    }

    /** Clients of a shard whose hosts do not all leave find another that serves. */
    private void requireAnother(Host host) {
        var server = world.server(host);
        boolean serves = server.inService() && server.gateOf == server.container;
        var others = world.hostsOf(host.shard()).stream()
                .filter(other -> !other.equals(host))
                .toList();
        world.require(
                !serves
                        || others.stream()
                                .anyMatch(other -> world.server(other).inService() || observed.isInService(other))
                        || world.seen.isFenced(host) && others.stream().allMatch(world.seen::isFenced),
                "nobody serves but " + host.name());
    }

    /** Nobody finds less on one than on another that serves, but for what came a moment ago. */
    private void requireCaughtUp(Host host) {
        var server = world.server(host);
        for (var other : world.hostsOf(host.shard())) {
            if (!other.equals(host)
                    && observed.isInService(other)
                    && observed.contents(other).isPresent()) {
                world.require(server.tables || !world.server(other).tables, host.name() + " serves without its table");
                for (long left = world.server(other).parts & ~server.parts; left != 0; left &= left - 1) {
                    long part = Long.lowestOneBit(left);
                    world.require(
                            world.replication.parts().born(part)
                                            > world.now.getEpochSecond() - Replication.YOUNG_SECONDS
                                    || !isOfPeer(part, other),
                            host.name() + " serves without a part that " + other.name() + " has");
                }
            }
        }
    }

    private boolean isOfPeer(long part, Host peer) {
        return (part & ~world.replication.toBeDropped(peer)) != 0;
    }

    /** Nobody reads from a host beside others while it gets its tables, where peers that answer have rows already. */
    private void requireUnread(Host host) {
        boolean hasRows = world.hostsOf(host.shard()).stream()
                .anyMatch(other -> observed.contents(other).isPresent() && world.server(other).parts != 0);
        for (var reader : world.standing()) {
            var lists = world.server(reader).lists;
            boolean isKnown = !world.hostsOf(host.shard()).contains(reader)
                    || observed.contents(reader).isPresent();
            boolean reads = world.server(reader).inService()
                    && isKnown
                    && !reader.equals(host)
                    && lists.contains(host)
                    && lists.stream().anyMatch(other -> !other.equals(host) && other.shard() == host.shard());
            world.require(!hasRows || !reads, host.name() + " is read from by " + reader.name() + " while it is empty");
        }
    }

    /** What the status says, for people. */
    public String says() {
        var said = new TreeMap<Host, String>();
        before.forEach((host, was) -> said.put(
                host, was.phase().map(ReplacementPhase::name).orElse("") + " " + was.reason() + " " + since(was)));
        return said.entrySet().stream()
                .map(entry -> entry.getKey().name() + " " + entry.getValue())
                .collect(Collectors.joining(", "));
    }

    private static Instant since(Before was) {
        return was.since();
    }
}
