package io.shardwright.simulation;

import io.shardwright.simulation.Parts.Drop;
import io.shardwright.simulation.World.Server;
import io.shardwright.topology.Host;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * How the replicas of a shard come to hold the same: a log that each reads when it comes to it, a queue that may be stopped,
 * inserts that take a number first and end later, staging tables of moves, and a table that remembers only so much of what it
 * took.
 */
public final class Replication {
    /** What is older was there to be fetched. */
    public static final long YOUNG_SECONDS = 30;

    /** How much a table remembers of what it took. */
    public static final int MEMORY = 100;

    private final World world;
    private final Parts parts = new Parts();
    private final List<Insert> inserts = new ArrayList<>();

    Replication(World world) {
        this.world = world;
    }

    /** One that has its number and has not ended. */
    private record Insert(int row, long number, Host host, int container) {}

    public Parts parts() {
        return parts;
    }

    public Parts.Shard of(int shard) {
        return parts.of(shard);
    }

    // ------------------------------------------------------------------ writing

    /** @return whether there was room for it in the model */
    boolean insert(Host host, int row) {
        return commit(host, row, of(host.shard()).nextNumber()) != 0;
    }

    void begin(Host host, int row) {
        inserts.add(new Insert(row, of(host.shard()).nextNumber(), host, world.server(host).container));
    }

    /** What was begun on a server that ended since was never acknowledged. */
    void endInserts(boolean all) {
        inserts.removeIf(insert -> {
            var server = world.server(insert.host());
            if (!server.isActive(world) || server.container != insert.container()) {
                return true;
            }
            if (!all && world.chance(2)) {
                return false;
            }
            if (commit(insert.host(), insert.row(), insert.number()) != 0) {
                world.acknowledge(insert.row());
            }
            return true;
        });
    }

    /** Some insert into what a drop takes has not ended. */
    public boolean isInsertInFlight(int shard, int partition, long upTo) {
        return inserts.stream()
                .anyMatch(insert -> insert.host().shard() == shard
                        && Parts.partitionOf(insert.row()) == partition
                        && insert.number() <= upTo);
    }

    private long commit(Host host, int row, long number) {
        if (parts.isFull()) {
            long kept = 0;
            for (var server : world.servers.values()) {
                kept |= server.parts | server.known;
            }
            parts.keepOnly(kept);
            for (var server : world.servers.values()) {
                server.gone &= kept;
            }
        }
        long part = parts.make(row, number, world.now.getEpochSecond());
        var server = world.server(host);
        server.parts |= part;
        server.known |= part;
        of(host.shard()).committed |= part;
        return part;
    }

    // ------------------------------------------------------------------ living

    /** A replica that has a session reads the log, works off its queue, fetches. */
    void live(Host host, Server server, boolean promptly) {
        var shard = of(host.shard());
        if (promptly || !world.chance(4)) {
            server.read = shard.drops.size();
        }
        if (server.stopped) {
            return;
        }
        // A drop goes first, and takes with it what was still to be fetched.
        while (server.done < server.read && (promptly || !world.chance(4))) {
            carryOut(host, server, shard.drops.get(server.done));
            server.done++;
        }
        if (!server.slow && (promptly || world.chance(2))) {
            server.parts |= reachableFrom(host) & ~server.gone;
            server.known = server.parts;
        }
    }

    private long reachableFrom(Host host) {
        long reachable = linkable(host);
        for (var entry : world.servers.entrySet()) {
            if (entry.getKey().shard() == host.shard() && entry.getValue().isActive(world)) {
                reachable |= entry.getValue().parts;
                fillStaging(world.server(host), entry.getValue());
            }
        }
        return reachable;
    }

    private static void fillStaging(Server server, Server peer) {
        if (!server.staged.isEmpty() && !peer.staged.isEmpty()) {
            server.staged.replaceAll((move, rows) -> rows != 0 ? rows : peer.staged.getOrDefault(move, 0L));
        }
    }

    /** What was attached is linked from the staging table. */
    private long linkable(Host host) {
        long rows = rowsStagedOn(world.server(host));
        return rows == 0 ? 0 : parts.takenFor(host.shard(), rows) & of(host.shard()).attached;
    }

    private void carryOut(Host host, Server server, Drop drop) {
        long taken = parts.taken(server.parts | of(host.shard()).committed, drop);
        long seen = parts.rowsOf(taken & server.parts);
        server.gone |= taken;
        server.parts &= ~taken;
        server.known &= ~taken;
        boolean isExcused =
                server.since.getEpochSecond() >= drop.at() || server.registeredAt.getEpochSecond() >= drop.at();
        if (seen != 0 && server.inService() && !isExcused) {
            world.require(
                    (seen & ~rowsServed()) == 0,
                    host.name() + " carries out a drop, and readers miss rows "
                            + Long.toBinaryString(seen & ~rowsServed()));
        }
    }

    /** Rows that some replica has for readers. */
    private long rowsServed() {
        long served = 0;
        for (var server : world.servers.values()) {
            if (server.tables && server.registered && server.claim) {
                served |= server.parts;
            }
        }
        return parts.rowsOf(served);
    }

    /** The queue and the staging tables of another come with the tables. */
    void join(Host host, Server server) {
        server.stopped = false;
        server.registeredAt = world.now;
        var peer = world.servers.entrySet().stream()
                .filter(entry -> entry.getKey().shard() == host.shard()
                        && !entry.getKey().equals(host)
                        && entry.getValue().isActive(world))
                .map(Map.Entry::getValue)
                .findFirst();
        if (peer.isPresent()) {
            server.read = peer.get().read;
            server.done = peer.get().done;
            server.gone = peer.get().gone;
            peer.get().staged.keySet().forEach(move -> server.staged.putIfAbsent(move, 0L));
        } else {
            server.read = of(host.shard()).drops.size();
            server.done = server.read;
        }
        server.known = server.parts;
    }

    // ------------------------------------------------------------------ looking

    /** Parts that drops take which a replica has not carried out. */
    public long toBeDropped(Host host) {
        var server = world.server(host);
        var drops = of(host.shard()).drops;
        long taken = 0;
        for (int next = server.done; next < drops.size(); next++) {
            taken |= parts.taken(server.parts | server.known, drops.get(next));
        }
        return taken;
    }

    /** Parts that a replica is to fetch, sooner or later. */
    public long awaited(Host host, int partition) {
        var server = world.server(host);
        long someoneHas = 0;
        for (var entry : world.servers.entrySet()) {
            if (entry.getKey().shard() == host.shard() && entry.getValue().registered) {
                someoneHas |= entry.getValue().known | entry.getValue().parts;
            }
        }
        return parts.of(of(host.shard()).committed & someoneHas & ~server.parts & ~server.gone, partition);
    }

    public static long rowsStagedOn(Server server) {
        long rows = 0;
        for (long staged : server.staged.values()) {
            rows |= staged;
        }
        return rows;
    }

    /** For people. */
    String says(Host host) {
        var server = world.server(host);
        return " holds " + Long.toHexString(server.parts) + " and lost to drops " + Long.toHexString(server.gone)
                + ", carried out " + server.done + " of " + server.read + " of "
                + of(host.shard()).drops.size() + (server.stopped ? ", stopped" : "") + " " + server.staged;
    }

    // ------------------------------------------------------------------ what moves do

    public void queueDrop(int from, int partition) {
        var shard = of(from);
        shard.drops.add(new Drop(partition, shard.lastNumber(), world.now.getEpochSecond()));
        shard.nextNumber();
        shard.remembered &= ~parts.of(shard.remembered, partition);
    }

    /** Writes a row once more, above what was dropped. */
    public void rescue(Host host, long number) {
        var server = world.server(host);
        for (long left = server.parts; left != 0; left &= left - 1) {
            long part = Long.lowestOneBit(left);
            if (parts.number(part) == number) {
                commit(host, parts.row(part), of(host.shard()).nextNumber());
            }
        }
    }

    /** Whole, or, if the table remembers any of it, not at all. */
    public void attach(Host host, String move) {
        long rows = world.server(host).staged.getOrDefault(move, 0L);
        var shard = of(host.shard());
        if (parts.takenFor(host.shard(), rows) != 0) {
            return;
        }
        for (long left = rows; left != 0; left &= left - 1) {
            long part = commit(host, Long.numberOfTrailingZeros(left), shard.nextNumber());
            shard.attached |= part;
            shard.remembered |= part;
            shard.memories++;
        }
    }

    /** So much is inserted that nothing else is remembered. */
    void forget(int shard) {
        of(shard).remembered = 0;
        of(shard).memories += MEMORY;
    }

    /** All at once, for those who do not look at how. */
    void moveAtOnce(long part, Host target) {
        int row = parts.row(part);
        for (var server : world.servers.values()) {
            if ((server.parts & part) != 0 || (server.known & part) != 0) {
                server.parts &= ~part;
                server.known &= ~part;
            }
            server.gone |= part;
        }
        commit(target, row, of(target.shard()).nextNumber());
    }
}
