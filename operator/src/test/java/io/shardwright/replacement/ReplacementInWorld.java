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
import io.shardwright.replacement.ReplacementObserved.Answer;
import io.shardwright.replacement.ReplacementObserved.Before;
import io.shardwright.replacement.ReplacementObserved.PodView;
import io.shardwright.replacement.ReplacementObserved.Volume;
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

/** The replacement reconciler in a {@link World}: one look at each shard in turn. */
public final class ReplacementInWorld {
    private static final TableId TABLE = new TableId("d", "t");
    private static final Dialect DIALECT = Dialect.of("18.16.1");
    private static final List<PartState> PARTS = IntStream.range(0, Long.SIZE)
            .mapToObj(block -> new PartState(Part.of("all_" + block + "_" + block + "_0"), 1, 1, true))
            .toList();

    private final World world;
    private final Map<Host, Before> before = new HashMap<>();

    public ReplacementInWorld(World world) {
        this.world = world;
    }

    public void pass(boolean mayDie) {
        for (int shard : List.copyOf(world.members.keySet())) {
            pass(shard, mayDie);
        }
        before.keySet().retainAll(world.standing());
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
                        && before.getOrDefault(host, Before.NOTHING).isSettled());
    }

    private void pass(int shard, boolean mayDie) {
        var hosts = world.hostsOf(shard);
        if (isQuiet(hosts)) {
            return;
        }
        var intent = intent(shard, hosts);
        var verdicts = ReplacementPlanner.judge(intent, observe(hosts, mayDie), world.now);
        for (var action : ReplacementPlanner.plan(verdicts).actions()) {
            if (mayDie && world.chance(8)) {
                return;
            }
            if (!mayDie || !world.chance(5)) {
                execute(action);
            }
        }
        if (mayDie && world.chance(6)) {
            return;
        }
        verdicts.forEach((host, verdict) -> {
            var was = before.getOrDefault(host, Before.NOTHING);
            boolean isSame = was.is(verdict.phase()) && was.reason().equals(verdict.reason());
            before.put(
                    host, new Before(Optional.of(verdict.phase()), verdict.reason(), isSame ? was.since() : world.now));
        });
    }

    private ReplacementIntent intent(int shard, List<Host> hosts) {
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
                List.of(),
                hosts.stream().filter(world.seen::isFenced).collect(Collectors.toSet()));
    }

    private ReplacementObserved observe(List<Host> hosts, boolean disturbed) {
        var pods = new HashMap<Host, PodView>();
        var answers = new HashMap<Host, Answer>();
        var volumes = new HashMap<Host, Volume>();
        var registrations = new HashMap<Host, Registration>();
        for (var host : hosts) {
            var server = world.server(host);
            pods.put(
                    host,
                    new PodView(
                            "pod " + server.pod,
                            "any",
                            server.inService(),
                            server.running && !server.hidden,
                            "container " + server.container,
                            server.gate ? Optional.of("container " + server.gateOf) : Optional.empty(),
                            "node",
                            server.since));
            if (server.running && !server.hidden) {
                answers.put(
                        host,
                        !server.reachable || disturbed && world.chance(10)
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
        return new ReplacementObserved(
                pods, answers, elsewhere(hosts), volumes, registrations, listings(hosts), before, Map.of());
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
                            Optional.of(new ReplicaState(
                                    path(host), name(host), server.registered && world.coordinationUp)),
                            parts(server.parts)));
        }
        return new HostContents(
                Optional.of(name(host)),
                new TreeMap<>(Map.of("d", "Ordinary")),
                tables,
                new TreeMap<>(),
                Optional.of(world.namesOf(server.lists)));
    }

    private static List<PartState> parts(long blocks) {
        var parts = new ArrayList<PartState>(Long.bitCount(blocks));
        for (long left = blocks; left != 0; left &= left - 1) {
            parts.add(PARTS.get(Long.numberOfTrailingZeros(left)));
        }
        return parts;
    }

    private static ReplicaName name(Host host) {
        return new ReplicaName(host.name());
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
                                server.running && server.tables,
                                parts(server.known & world.blocksOf(host.shard())).stream()
                                        .map(PartState::part)
                                        .toList(),
                                List.of()))
                        : List.of(),
                ofPeers);
    }

    private Optional<HostContents> elsewhere(List<Host> hosts) {
        return world.standing().stream()
                .filter(host -> !hosts.contains(host))
                .filter(host ->
                        world.server(host).inService() && world.server(host).reachable && world.server(host).tables)
                .findFirst()
                .map(this::contents);
    }

    private List<Set<String>> listings(List<Host> hosts) {
        return world.standing().stream()
                .filter(host -> world.server(host).running && world.server(host).reachable)
                .map(host -> world.namesOf(world.server(host).lists))
                .toList();
    }

    private void execute(ReplacementAction action) {
        var host = action.host();
        var server = world.server(host);
        switch (action) {
            case ReplacementAction.Admit admit -> {
                if (admit.podUid().equals("pod " + server.pod) && server.running) {
                    server.gate = true;
                    server.gateOf = Integer.parseInt(admit.container().substring("container ".length()));
                }
            }
            case ReplacementAction.Fence fence -> {
                if (fence.podUid().equals("pod " + server.pod)) {
                    server.gate = false;
                }
            }
            case ReplacementAction.CreateDatabase create -> {}
            case ReplacementAction.CreateFunction create -> {}
            case ReplacementAction.RestoreTable restore -> {
                boolean takesOver = restore.sql().startsWith("ATTACH");
                if (server.running && world.coordinationUp && takesOver == server.registered) {
                    world.giveTables(host);
                }
            }
            case ReplacementAction.DropReplica drop -> world.forget(host);
            case ReplacementAction.ForgetReplica forget -> world.forget(host);
            case ReplacementAction.ForgetBlocks blocks -> {}
            case ReplacementAction.DeleteClaim(var any, var uid) -> {
                if (uid.equals("claim " + server.volume)) {
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
