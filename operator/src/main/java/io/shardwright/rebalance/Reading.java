package io.shardwright.rebalance;

import io.shardwright.plan.Hold;
import io.shardwright.plan.HoldReason;
import io.shardwright.rebalance.Readers.Reader;
import io.shardwright.topology.Host;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * From where servers read both shards of a move, and from where they are to.
 *
 * @param isExact readers are not to see the partition twice
 * @param side that servers are to read from
 */
record Reading(boolean isExact, ReadSide side, Readers readers) {
    /** Readers may see the partition twice. */
    static final Reading OVERLAP = new Reading(false, ReadSide.ALL, Readers.NOT_ASKED);

    /** Whether it must not change while servers read from it. */
    boolean isRead(Host host) {
        return isExact && side.contains(host);
    }

    /** Half of the replicas of a shard that all servers read from; none when fewer than two are. */
    List<Host> half(Collection<Host> shard) {
        var read = readers.readByAll(shard);
        return read.subList(0, read.size() / 2);
    }

    /** Some server does not say what it reads from. */
    Optional<Hold> unknown() {
        return readers.servers().stream()
                .flatMap(server -> server instanceof Reader.Unknown(var host, var why)
                        ? Optional.of(new Hold(
                                        HoldReason.HostUnreachable,
                                        host.name(),
                                        "which replicas it reads from is not known: " + why
                                                + ". Waits for it; reads: Overlap goes on without"))
                                .stream()
                        : Optional.<Hold>empty().stream())
                .findFirst();
    }

    /** A server that reads from other replicas, or not from the side. */
    Optional<Hold> elsewhere(Collection<Host> from, Collection<Host> to) {
        return unknown().or(() -> readers.servers().stream()
                .filter(server -> server instanceof Reader.Known known
                        && !(isOnlyFromSide(known, from) && isOnlyFromSide(known, to)))
                .findFirst()
                .map(server -> new Hold(
                        HoldReason.StillInUse,
                        server.host().name(),
                        "reads from other replicas than " + String.join(", ", side.hosts())
                                + " still; waits until it has its new remote_servers")));
    }

    private boolean isOnlyFromSide(Reader.Known server, Collection<Host> shard) {
        var read = shard.stream().filter(server.lists()::contains).toList();
        return !read.isEmpty() && read.stream().allMatch(side::contains);
    }

    /** A query that began before every server read from the side alone. */
    Optional<Hold> olderQuery() {
        return side.since()
                .map(since -> Duration.between(since, readers.asked()))
                .flatMap(turned -> readers.servers().stream()
                        .filter(server -> server instanceof Reader.Known known
                                && known.longest().compareTo(turned) >= 0)
                        .findFirst())
                .map(server -> new Hold(
                        HoldReason.StillInUse,
                        server.host().name(),
                        "runs a query that began before servers read from "
                                + String.join(", ", side.hosts())
                                + " alone; waits until it ends, or is killed"));
    }
}
