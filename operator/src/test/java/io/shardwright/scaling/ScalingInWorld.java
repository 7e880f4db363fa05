package io.shardwright.scaling;

import io.shardwright.crds.LeavingPhase;
import io.shardwright.crds.LeavingShardPhase;
import io.shardwright.plan.Plan;
import io.shardwright.scaling.ScalingObserved.Answer;
import io.shardwright.scaling.ScalingObserved.Backing;
import io.shardwright.scaling.ScalingObserved.Departure;
import io.shardwright.scaling.ScalingObserved.Registration;
import io.shardwright.scaling.ScalingObserved.StandingRebalance;
import io.shardwright.scaling.ScalingObserved.Table;
import io.shardwright.simulation.Replication;
import io.shardwright.simulation.World;
import io.shardwright.topology.Host;
import io.shardwright.topology.Layout;
import io.shardwright.topology.Leaving;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The scaling reconciler in a {@link World}: looks, as well as it can, plans, does, and tells. */
public final class ScalingInWorld {
    private static final Table TABLE = new Table("d", "t");

    private final World world;
    private final Set<ScalingRule> rules;
    private SortedMap<Host, Departure<LeavingPhase>> departures = new TreeMap<>();
    private SortedMap<Integer, Departure<LeavingShardPhase>> shardDepartures = new TreeMap<>();
    private Optional<Integer> balanced = Optional.empty();
    private Spells<Host> quiet = Spells.none();
    private Spells<Integer> quietShards = Spells.none();
    private Plan<ScalingAction> last = Plan.none();

    /** @param broken the rule that is not obeyed; none of that name is when all are */
    public ScalingInWorld(World world, String broken) {
        this.world = world;
        this.rules = ScalingRule.ALL.stream()
                .filter(rule -> !rule.name().equals(broken))
                .collect(Collectors.toSet());
    }

    public static List<String> rules() {
        return Stream.of(ScalingRule.values()).map(ScalingRule::name).toList();
    }

    /** @return whether nothing is left to do */
    public boolean pass(boolean mayDie) {
        var intent = new ScalingIntent(
                World.CLUSTER, new Layout.Size(world.shards, world.replicas), world.removeFirst, true);
        var decision = ScalingPlanner.plan(intent, observe(mayDie), world.now, rules);
        last = decision.plan();
        for (var action : last.actions()) {
            if (mayDie && world.chance(8)) {
                return false;
            }
            if (!mayDie || !world.chance(5)) {
                execute(action);
            }
        }
        if (mayDie && world.chance(6)) {
            return false;
        }
        tell(decision);
        quiet = quiet.after(decision.quiet(), world.now);
        quietShards = quietShards.after(decision.quietShards(), world.now);
        return decision.plan().converged() && departures.isEmpty() && shardDepartures.isEmpty();
    }

    /** What goes on, for people. */
    public String goesOn() {
        return last + ", " + departures + ", " + shardDepartures;
    }

    private void tell(ScalingDecision decision) {
        departures = decision.departures();
        shardDepartures = decision.shardDepartures();
        balanced = decision.balancedShards();
        var phases = new TreeMap<Host, LeavingPhase>();
        departures.forEach((host, departure) -> phases.put(host, departure.phase()));
        var shards = new TreeMap<Integer, LeavingShardPhase>();
        shardDepartures.forEach((shard, departure) -> shards.put(shard, departure.phase()));
        world.told = new Leaving(phases, shards);
        world.standing().stream()
                .filter(host -> departures.containsKey(host) && !world.told.isGoing(host))
                .filter(host -> !shards.containsKey(host.shard()))
                .forEach(host -> world.require(
                        world.hostsOf(host.shard()).stream()
                                .anyMatch(other -> !departures.containsKey(other)
                                        && world.server(other).inService()),
                        host.name() + " is fenced, and no other serves its shard"));
    }

    private ScalingObserved observe(boolean disturbed) {
        var standing = new TreeSet<>(world.standing());
        boolean someoneLeaves = !departures.isEmpty()
                || standing.size() > world.shards * world.replicas
                || world.members.size() > world.shards;
        var inService = new HashSet<Host>();
        var answers = new HashMap<Host, Answer>();
        for (var host : standing) {
            if (world.server(host).inService()) {
                inService.add(host);
            }
            if (someoneLeaves) {
                answers.put(host, answer(host, disturbed));
            }
        }
        var backing = new HashMap<Host, Backing>();
        var registrations = new HashMap<Host, Registration>();
        for (var host : departures.keySet()) {
            backing.put(host, backing(host, disturbed));
            registrations.put(host, registration(host, disturbed));
        }
        return new ScalingObserved(
                standing,
                departures,
                shardDepartures,
                inService,
                answers,
                backing,
                registrations,
                departures.keySet().stream().filter(this::isGone).collect(Collectors.toSet()),
                quiet.since(world.now),
                quietShards.since(world.now),
                world.rebalances.stream()
                        .filter(moving -> !moving.deleting)
                        .map(moving -> new StandingRebalance(moving.name, moving.drain, moving.over))
                        .toList(),
                balanced);
    }

    private Answer answer(Host host, boolean disturbed) {
        var server = world.server(host);
        if (!server.running || server.hidden) {
            return new Answer.Down();
        }
        if (!server.reachable || disturbed && world.chance(10)) {
            return new Answer.Unknown("no answer");
        }
        return new Answer.Said(
                world.namesOf(server.lists),
                world.namesOf(server.fills),
                Long.bitCount(server.parts | server.own | Replication.rowsStagedOn(server)),
                0,
                server.tables ? List.of(TABLE) : List.of(),
                server.own != 0 ? List.of("d.own") : List.of());
    }

    private Backing backing(Host host, boolean disturbed) {
        if (!world.coordinationUp || disturbed && world.chance(10)) {
            return new Backing.Unknown("no answer");
        }
        long kept = 0;
        for (var peer : world.hostsOf(host.shard())) {
            var server = world.server(peer);
            if (!peer.equals(host) && !departures.containsKey(peer) && server.inService() && server.registered) {
                kept |= server.parts;
            }
        }
        var server = world.server(host);
        long missing = (server.parts | server.known) & ~world.replication.toBeDropped(host) & ~kept;
        return missing == 0 ? new Backing.Complete("all") : new Backing.Incomplete("some");
    }

    private Registration registration(Host host, boolean disturbed) {
        if (!world.coordinationUp || disturbed && world.chance(10)) {
            return Registration.UNKNOWN;
        }
        var server = world.server(host);
        if (!server.registered) {
            return Registration.NONE;
        }
        return server.holdsItsPlace(world) ? Registration.ACTIVE : Registration.INACTIVE;
    }

    private boolean isGone(Host host) {
        var server = world.server(host);
        boolean keepsVolume = world.keepVolumes && departures.get(host).phase() != LeavingPhase.Abandoned;
        return !server.statefulSet && !server.running && (keepsVolume || !server.claim);
    }

    private void execute(ScalingAction action) {
        switch (action) {
            case ScalingAction.DropTable(var host, var table) -> drop(host);
            case ScalingAction.ForgetReplicas(var host, var via) -> world.forget(host);
            case ScalingAction.CreateRebalance(var name, var drain) -> world.createRebalance(name, Set.copyOf(drain));
            case ScalingAction.DeleteRebalance(var name) -> world.deleteRebalance(name);
        }
    }

    /** What is dropped was told to be, is led to by nobody, and is elsewhere. */
    private void drop(Host host) {
        var server = world.server(host);
        if (!server.running || !server.reachable || !world.coordinationUp) {
            return;
        }
        world.require(world.told.isGoing(host), host.name() + " is dropped before anyone was told");
        world.require(!server.gate, host.name() + " is dropped while a Service leads to it");
        for (Map.Entry<Host, World.Server> other : world.servers.entrySet()) {
            world.require(
                    other.getKey().equals(host)
                            || !other.getValue().running
                            || other.getValue().hidden
                            || !other.getValue().lists.contains(host),
                    host.name() + " is dropped while " + other.getKey().name() + " lists it");
        }
        world.require(server.own == 0, host.name() + " is dropped with rows of its own");
        world.require(server.pending() == 0, host.name() + " is dropped with rows that wait to be sent");
        world.requireSafeWithout(host, "is dropped");
        server.staged.clear();
        server.tables = false;
        server.dropped = true;
        server.registered = false;
        server.known = 0;
        server.parts = 0;
    }
}
