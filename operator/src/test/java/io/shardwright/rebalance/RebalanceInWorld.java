package io.shardwright.rebalance;

import io.shardwright.clickhouse.Dialect;
import io.shardwright.clickhouse.HostSnapshot.TableName;
import io.shardwright.crds.RebalancePhase;
import io.shardwright.rebalance.HostParts.Partition;
import io.shardwright.rebalance.HostParts.PartitionName;
import io.shardwright.simulation.World;
import io.shardwright.topology.Host;
import io.shardwright.topology.Layout;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The rebalance reconciler in a {@link World}: which partitions move, planned anew in every pass. A move itself is one step
 * here; its own simulation takes it apart.
 */
public final class RebalanceInWorld {
    private static final TableName TABLE = new TableName("d", "t");
    private static final Dialect DIALECT = Dialect.of("18.16.1");
    private static final int AT_ONCE = 8;
    private static final long VOLUME = 1_000_000;
    private static final long QUIET = 1_000;
    private static final long BLOCK = 1_000;

    private final World world;
    private RebalanceDecision last;

    public RebalanceInWorld(World world) {
        this.world = world;
    }

    public void pass(boolean mayDie) {
        if (world.moving == null || world.moving.over || mayDie && world.chance(2)) {
            return;
        }
        var intent = new RebalanceIntent(
                "ns",
                world.moving.name,
                "uid",
                World.CLUSTER.name(),
                false,
                false,
                world.moving.drain,
                Map.of(),
                10,
                RebalanceIntent.Tables.ALL,
                OptionalLong.empty(),
                AT_ONCE,
                Optional.empty(),
                false);
        var decision = RebalancePlanner.plan(intent, observe(mayDie), List.of(), true, world.now);
        last = decision;
        if (mayDie && world.chance(6)) {
            return;
        }
        for (var move : decision.begun()) {
            if (mayDie && world.chance(4)) {
                return;
            }
            move(move.move());
        }
        world.moving.over = decision.phase() == RebalancePhase.Succeeded;
    }

    /** What goes on, for people. */
    public String says() {
        return world.moving == null
                ? "nothing is moved"
                : world.moving.name + " " + world.moving.drain + " over: " + world.moving.over + ", " + last;
    }

    private RebalanceObserved observe(boolean disturbed) {
        var layout = Layout.of(World.CLUSTER, world.members);
        var hosts = layout.hosts().stream()
                .filter(host -> !world.seen.isGoing(host))
                .collect(Collectors.toSet());
        var parts = new ArrayList<HostParts>();
        hosts.stream().sorted().forEach(host -> parts.add(parts(host, disturbed)));
        var facts = new ClusterFacts(layout, hosts, world.seen.shards().keySet(), VOLUME, DIALECT);
        return new RebalanceObserved(
                Optional.of(facts), parts, Set.of(), Map.of(), Map.of(), Optional.empty(), Readers.NOT_ASKED);
    }

    private HostParts parts(Host host, boolean disturbed) {
        var server = world.server(host);
        if (!server.running || server.hidden || !server.reachable || disturbed && world.chance(10)) {
            return new HostParts.Unknown(host, "no answer");
        }
        var partitions = new ArrayList<Partition>();
        for (long left = server.parts; left != 0; left &= left - 1) {
            partitions.add(new Partition(
                    new PartitionName(TABLE, Integer.toString(Long.numberOfTrailingZeros(left))), 1, BLOCK, QUIET));
        }
        boolean writes = server.registered && world.coordinationUp;
        return new HostParts.Known(
                host,
                server.tables ? Set.of(TABLE) : Set.of(),
                server.tables && !writes ? Set.of(TABLE) : Set.of(),
                partitions,
                Set.of(),
                server.own == 0 ? Map.of() : Map.of(new TableName("d", "own"), 1L),
                BLOCK * Long.bitCount(server.parts),
                OptionalLong.of(VOLUME));
    }

    /** Whole on every replica of both shards, or not at all. */
    private void move(Move move) {
        long block = 1L << Integer.parseInt(move.partition());
        boolean mayMove = world.coordinationUp
                && answer(move.from())
                && answer(move.to())
                && world.hostsOf(move.from()).stream().allMatch(host -> (world.server(host).parts & block) != 0);
        if (mayMove) {
            world.moveBlock(block, move.from(), move.to());
        }
    }

    private boolean answer(int shard) {
        return !world.hostsOf(shard).isEmpty()
                && world.hostsOf(shard).stream()
                        .map(world::server)
                        .allMatch(server -> server.running && server.reachable && server.tables && server.registered);
    }
}
