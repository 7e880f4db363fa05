package io.shardwright.rebalance;

import io.shardwright.clickhouse.Dialect;
import io.shardwright.clickhouse.HostSnapshot.TableName;
import io.shardwright.crds.RebalancePhase;
import io.shardwright.plan.Hold;
import io.shardwright.plan.HoldReason;
import io.shardwright.plan.Outcome;
import io.shardwright.rebalance.HostParts.Partition;
import io.shardwright.rebalance.HostParts.PartitionName;
import io.shardwright.simulation.Parts;
import io.shardwright.simulation.World;
import io.shardwright.simulation.World.Moving;
import io.shardwright.topology.Host;
import io.shardwright.topology.Layout;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The rebalance reconciler in a {@link World}: which partitions move, and each move step by step. */
public final class RebalanceInWorld {
    static final TableName TABLE = new TableName("d", "t");

    private static final Dialect DIALECT = Dialect.of("18.16.1");
    private static final Set<MoveRule> OF_READERS = EnumSet.of(
            MoveRule.READ_BEFORE_THE_SWITCH, MoveRule.CHANGES_BEHIND_READERS, MoveRule.OLDER_QUERIES_HAVE_ENDED);
    private static final int AT_ONCE = 2;
    private static final int LOOKS_IN_A_PASS = 4;
    private static final long VOLUME = 1_000_000;
    private static final long ROW = 1_000;

    private final World world;
    private final Set<MoveRule> rules;
    private final MovesInWorld moves;

    /** What the status of each Rebalance says, by uid. */
    private final Map<String, List<CurrentMove>> current = new HashMap<>();

    private final Map<String, Instant> waitingSince = new HashMap<>();

    private final Map<String, List<Hold>> holds = new HashMap<>();

    /** @param broken the rule that is not obeyed; none of that name is when all are */
    public RebalanceInWorld(World world, String broken) {
        this.world = world;
        this.rules = MoveRule.ALL.stream()
                .filter(rule -> !rule.name().equals(broken))
                .collect(Collectors.toSet());
        this.moves = new MovesInWorld(world);
    }

    /** But for those of readers: this model has none that miss rows, or see them twice; that of {@link RebalanceSimulationTest} has. */
    public static List<String> rules() {
        return Stream.of(MoveRule.values())
                .filter(rule -> !OF_READERS.contains(rule))
                .map(MoveRule::name)
                .toList();
    }

    /** A Rebalance that has something to do is looked at again at once. */
    public void pass(boolean disturbed) {
        for (int look = 0; look < LOOKS_IN_A_PASS && isWorking(); look++) {
            world.meanwhile(disturbed);
            moves.runLate(!disturbed);
            for (var moving : List.copyOf(world.rebalances)) {
                if (!(disturbed && world.chance(4))) {
                    look(moving, disturbed);
                }
            }
        }
        moves.runLate(!disturbed);
    }

    private boolean isWorking() {
        return world.rebalances.stream().anyMatch(moving -> moving.deleting || !moving.over);
    }

    private void look(Moving moving, boolean disturbed) {
        var begun = current.getOrDefault(moving.uid, List.of());
        if (moving.deleting && begun.isEmpty()) {
            world.rebalances.remove(moving);
            current.remove(moving.uid);
            waitingSince.remove(moving.uid);
            holds.remove(moving.uid);
        } else if (moving.deleting || !moving.over) {
            carryOut(moving, begun, disturbed);
        }
    }

    private void carryOut(Moving moving, List<CurrentMove> begun, boolean disturbed) {
        var observed = observe(moving, begun, disturbed);
        var decision = moving.deleting
                ? RebalancePlanner.planRemoval(intent(moving), observed, begun, world.now, rules)
                : RebalancePlanner.plan(
                        intent(moving),
                        observed,
                        begun,
                        Optional.ofNullable(waitingSince.get(moving.uid)),
                        true,
                        world.now,
                        rules);
        holds.put(moving.uid, decision.plan().holds());
        var outcomes = new ArrayList<Outcome<RebalanceAction>>();
        var failed = new HashSet<String>();
        for (var action : decision.plan().actions()) {
            if (disturbed && world.chance(12)) {
                return;
            }
            if (!failed.contains(action.subject())) {
                var outcome = moves.execute(action, disturbed);
                outcomes.add(outcome);
                if (outcome instanceof Outcome.Failed) {
                    failed.add(action.subject());
                }
            }
        }
        if (disturbed && world.chance(8)) {
            return;
        }
        current.put(moving.uid, MoveLedger.after(begun, decision, outcomes).current());
        decision.waiting()
                .flatMap(Waiting::since)
                .ifPresentOrElse(since -> waitingSince.put(moving.uid, since), () -> waitingSince.remove(moving.uid));
        moving.hasBegun = !current.get(moving.uid).isEmpty();
        moving.over = decision.phase() == RebalancePhase.Succeeded;
    }

    private static RebalanceIntent intent(Moving moving) {
        return new RebalanceIntent(
                "ns",
                moving.name,
                moving.uid,
                World.CLUSTER.name(),
                false,
                moving.paused,
                moving.drain,
                Map.of(),
                10,
                RebalanceIntent.Tables.ALL,
                OptionalLong.empty(),
                AT_ONCE,
                Optional.empty(),
                false);
    }

    /**
     * Only a user can tell whether rows are there twice, or take back a host that leaves, lost its volume, and is needed to end a
     * move: what is held for that is not waited for.
     */
    public boolean isHeldForUsers() {
        return holds.values().stream()
                .flatMap(List::stream)
                .anyMatch(hold -> hold.reason() == HoldReason.RowsAlreadyPresent
                        || hold.reason() == HoldReason.HostUnreachable && isEmptyAndLeaves(hold.subject()));
    }

    private boolean isEmptyAndLeaves(String name) {
        return world.standing().stream()
                .anyMatch(host -> host.name().equals(name) && world.seen.isFenced(host) && !world.server(host).tables);
    }

    /** What goes on, for people. */
    public String says() {
        return world.rebalances.stream()
                .map(moving -> moving.name + " " + moving.drain + (moving.over ? " over" : "")
                        + (moving.deleting ? " deleting" : "") + " " + current.get(moving.uid) + " "
                        + holds.get(moving.uid))
                .collect(Collectors.joining(", "));
    }

    private RebalanceObserved observe(Moving moving, List<CurrentMove> begun, boolean disturbed) {
        var layout = Layout.of(World.CLUSTER, world.members);
        var hosts = layout.hosts().stream()
                .filter(host -> !world.seen.isGoing(host))
                .collect(Collectors.toSet());
        var silent = new HashSet<Host>();
        layout.hosts().forEach(host -> {
            if (!answers(host) || disturbed && world.chance(15)) {
                silent.add(host);
            }
        });
        var facts = new ClusterFacts(layout, hosts, world.seen.shards().keySet(), VOLUME, DIALECT, Optional.empty());
        var parts = moving.deleting
                ? List.<HostParts>of()
                : hosts.stream()
                        .sorted()
                        .map(host -> parts(host, silent.contains(host)))
                        .toList();
        return new RebalanceObserved(
                Optional.of(facts),
                parts,
                Set.of(),
                moves.observe(begun, facts, silent),
                Map.of(),
                world.rebalances.stream()
                        .filter(other -> isAhead(other, moving))
                        .map(other -> other.name)
                        .findFirst(),
                new Readers(
                        Instant.EPOCH,
                        Instant.EPOCH,
                        hosts.stream()
                                .sorted()
                                .<Readers.Reader>map(host -> silent.contains(host)
                                        ? new Readers.Reader.Unknown(host, "no answer")
                                        : new Readers.Reader.Known(host, world.server(host).lists, Duration.ZERO))
                                .toList()));
    }

    private boolean isAhead(Moving other, Moving moving) {
        boolean isActive = !other.paused && !other.deleting && !other.over;
        return other != moving
                && (other.hasBegun || isActive && world.rebalances.indexOf(other) < world.rebalances.indexOf(moving));
    }

    private boolean answers(Host host) {
        var server = world.server(host);
        return server.running && !server.hidden && server.reachable;
    }

    private HostParts parts(Host host, boolean isSilent) {
        if (isSilent) {
            return new HostParts.Unknown(host, "no answer");
        }
        var server = world.server(host);
        var partitions = new ArrayList<Partition>();
        for (int partition = 0; partition < Parts.PARTITIONS; partition++) {
            long held = world.replication.parts().of(server.parts, partition);
            if (held != 0) {
                partitions.add(new Partition(
                        new PartitionName(TABLE, Integer.toString(partition)),
                        Long.bitCount(held),
                        ROW * Long.bitCount(held),
                        quietSeconds(held)));
            }
        }
        return new HostParts.Known(
                host,
                server.tables ? Set.of(TABLE) : Set.of(),
                server.tables && !server.isActive(world) ? Set.of(TABLE) : Set.of(),
                partitions,
                Set.of(),
                server.own == 0 ? Map.of() : Map.of(new TableName("d", "own"), 1L),
                ROW * Long.bitCount(server.parts),
                OptionalLong.of(VOLUME));
    }

    private long quietSeconds(long parts) {
        long newest = 0;
        for (long left = parts; left != 0; left &= left - 1) {
            newest = Math.max(newest, world.replication.parts().born(Long.lowestOneBit(left)));
        }
        return world.now.getEpochSecond() - newest;
    }
}
