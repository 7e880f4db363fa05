package io.shardwright.scaling;

import io.shardwright.crds.LeavingPhase;
import io.shardwright.crds.LeavingShardPhase;
import io.shardwright.plan.Hold;
import io.shardwright.plan.HoldReason;
import io.shardwright.plan.Plan;
import io.shardwright.scaling.ScalingDecision.Milestone;
import io.shardwright.scaling.ScalingObserved.Departure;
import io.shardwright.topology.Host;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Decides who leaves a cluster and how far each may go.
 *
 * <p>A replica: out of Services and remote_servers (Draining), looked at until its peers are known to have all that it has
 * (Fenced), its tables dropped (Dropping), its objects deleted (Released). A shard: emptied by a Rebalance while no
 * server brings rows to it (Draining), all its hosts fenced and counted again (Emptied), dropped (Dropping). Up to Dropping everything is taken back when the numbers are.
 */
final class ScalingPlanner {
    private final ScalingIntent intent;
    private final ScalingObserved observed;
    private final Evidence evidence;
    private final Instant now;
    private final List<ScalingAction> actions = new ArrayList<>();
    private final List<Hold> holds = new ArrayList<>();
    private final List<Milestone> milestones = new ArrayList<>();
    private final SortedMap<Host, Departure<LeavingPhase>> departures = new TreeMap<>();
    private final SortedMap<Integer, Departure<LeavingShardPhase>> shardDepartures = new TreeMap<>();

    private ScalingPlanner(ScalingIntent intent, ScalingObserved observed, Instant now, Set<ScalingRule> rules) {
        this.intent = intent;
        this.observed = observed;
        this.now = now;
        this.evidence = new Evidence(intent, observed, now, rules);
    }

    static ScalingDecision plan(ScalingIntent intent, ScalingObserved observed, Instant now) {
        return plan(intent, observed, now, ScalingRule.ALL);
    }

    /** @param rules those to obey; all but in tests of the tests */
    static ScalingDecision plan(ScalingIntent intent, ScalingObserved observed, Instant now, Set<ScalingRule> rules) {
        return new ScalingPlanner(intent, observed, now, rules).decide();
    }

    private ScalingDecision decide() {
        observed.standing().stream().map(Host::shard).distinct().forEach(shard -> {
            if (mustGo(shard)) {
                planShard(shard);
            } else {
                planReplicas(shard);
            }
        });
        keepReleased();
        var drains = Rebalances.plan(intent, observed, shardDepartures, evidence);
        actions.addAll(drains.actions());
        return new ScalingDecision(
                new Plan<>(actions, holds),
                departures,
                shardDepartures,
                quiet(),
                quietShards(),
                milestones,
                drains.balancedShards());
    }

    private Set<Integer> quietShards() {
        return shardDepartures.keySet().stream()
                .filter(shard -> evidence.whyRowsComeTo(shard).isEmpty())
                .collect(Collectors.toSet());
    }

    private Set<Host> quiet() {
        return departures.keySet().stream().filter(evidence::isQuiet).collect(Collectors.toSet());
    }

    private boolean mustGo(int shard) {
        return shard >= intent.size().shards() || phaseOf(shard) == LeavingShardPhase.Dropping;
    }

    private LeavingShardPhase phaseOf(int shard) {
        var departure = observed.shardDepartures().get(shard);
        return departure == null ? null : departure.phase();
    }

    private void planShard(int shard) {
        var hosts = observed.hostsOf(shard);
        var next = nextOf(shard, hosts);
        var before = observed.shardDepartures().get(shard);
        shardDepartures.put(shard, before != null && before.phase() == next ? before : new Departure<>(next, now));
        switch (next) {
            case Draining ->
                hosts.stream()
                        .filter(host -> Candidates.isGoing(host, observed))
                        .forEach(this::leave);
            case Emptied -> hosts.forEach(this::fence);
            case Dropping -> hosts.forEach(host -> goWithShard(host, before == null || before.phase() != next));
        }
    }

    private LeavingShardPhase nextOf(int shard, List<Host> hosts) {
        var phase = phaseOf(shard);
        if (phase == LeavingShardPhase.Dropping) {
            return phase;
        }
        var notEmpty = evidence.notEmpty(hosts);
        if (phase == null || phase == LeavingShardPhase.Draining) {
            var held = notEmpty.or(() -> evidence.againstUnlisting(shard));
            held.ifPresent(holds::add);
            return held.isPresent() ? LeavingShardPhase.Draining : LeavingShardPhase.Emptied;
        }
        if (evidence.hasRows(hosts) || evidence.hasLost(hosts)) {
            return LeavingShardPhase.Draining;
        }
        var held = notEmpty.or(() -> hosts.stream()
                .flatMap(host -> evidence.againstDroppingAsPartOfAShard(host).stream())
                .findFirst());
        held.ifPresent(holds::add);
        if (held.isPresent()) {
            return LeavingShardPhase.Emptied;
        }
        milestones.add(new Milestone(
                "shard " + shard + " is dropped",
                "no row on any of its " + hosts.size() + " hosts, and no server lists them"));
        return LeavingShardPhase.Dropping;
    }

    private void goWithShard(Host host, boolean decidedNow) {
        if (decidedNow) {
            departures.put(host, new Departure<>(LeavingPhase.Dropping, now));
        } else if (Candidates.isGoing(host, observed)) {
            drop(host, evidence.againstDroppingWithItsShard(host));
        } else {
            followShard(host);
        }
    }

    /** One that was made while its shard was being dropped. */
    private void followShard(Host host) {
        fence(host);
        if (evidence.againstDroppingAsPartOfAShard(host)
                .or(() -> evidence.notEmpty(List.of(host)))
                .isEmpty()) {
            departures.put(host, new Departure<>(LeavingPhase.Dropping, now));
        }
    }

    private void planReplicas(int shard) {
        var candidates = Candidates.of(shard, intent, observed, evidence);
        candidates.leave().forEach(this::leave);
        if (candidates.spared()) {
            holds.add(new Hold(
                    HoldReason.LastReplicaInService,
                    intent.cluster().shardName(shard),
                    "fewer replicas are asked for, and none of those that would stay is in service: one leaves when"
                            + " another serves"));
        }
    }

    /** A replica whose shard stays. */
    private void leave(Host host) {
        if (evidence.isNeededAgain(host)) {
            holds.add(
                    new Hold(
                            HoldReason.LastReplicaInService,
                            host.name(),
                            "its tables were to be dropped, and no other replica of its shard serves any more: it is taken back"));
            return;
        }
        if (Candidates.isGoing(host, observed)) {
            drop(host, evidence.againstDropping(host));
            return;
        }
        var phase = fence(host);
        if (phase != LeavingPhase.Fenced) {
            return;
        }
        var against = evidence.againstDropping(host);
        if (!against.isEmpty()) {
            holds.addAll(against);
            return;
        }
        departures.put(host, new Departure<>(LeavingPhase.Dropping, now));
        milestones.add(new Milestone("the tables of " + host.name() + " are dropped", evidence.verified(host)));
        if (!evidence.mustBeToldFirst()) {
            drop(host, List.of());
        }
    }

    /** Out of Services and of every server's remote_servers; again, should a server list it again. */
    private LeavingPhase fence(Host host) {
        var phase = evidence.againstFenced(host).isPresent() ? LeavingPhase.Draining : LeavingPhase.Fenced;
        evidence.againstFenced(host)
                .filter(hold -> isStanding(host, LeavingPhase.Draining))
                .ifPresent(holds::add);
        stay(host, phase);
        return phase;
    }

    private void drop(Host host, List<Hold> against) {
        if (observed.departures().get(host) instanceof Departure<LeavingPhase> before
                && before.phase().compareTo(LeavingPhase.Released) >= 0) {
            departures.put(host, before);
            return;
        }
        if (evidence.isReleased(host, phaseOf(host.shard()) == LeavingShardPhase.Dropping)) {
            departures.put(host, new Departure<>(evidence.released(host), now));
            milestones.add(
                    new Milestone(host.name() + " has left", "the coordination knows no replica of it any more"));
            return;
        }
        stay(host, LeavingPhase.Dropping);
        holds.addAll(against);
        if (against.isEmpty()) {
            var drops = evidence.drops(host);
            actions.addAll(drops);
            if (drops.isEmpty()) {
                holds.add(new Hold(
                        HoldReason.StillInUse,
                        host.name(),
                        "it leaves, and the coordination does not say that it knows no replica of it any more"));
            }
        }
    }

    private void stay(Host host, LeavingPhase phase) {
        departures.put(host, isStanding(host, phase) ? observed.departures().get(host) : new Departure<>(phase, now));
    }

    private boolean isStanding(Host host, LeavingPhase phase) {
        return Candidates.phaseOf(host, observed).filter(phase::equals).isPresent();
    }

    /** What was released is told until nothing is left of it: its index is free then. */
    private void keepReleased() {
        observed.departures().forEach((host, departure) -> {
            if (departure.phase().compareTo(LeavingPhase.Released) >= 0
                    && !observed.standing().contains(host)
                    && !observed.withoutObjects().contains(host)) {
                departures.put(host, departure);
                if (observed.shardDepartures().get(host.shard()) instanceof Departure<LeavingShardPhase> shard
                        && shard.phase() == LeavingShardPhase.Dropping) {
                    shardDepartures.putIfAbsent(host.shard(), shard);
                }
            }
        });
    }
}
