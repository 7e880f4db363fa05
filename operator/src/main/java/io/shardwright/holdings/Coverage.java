package io.shardwright.holdings;

import io.shardwright.holdings.HostContents.PartState;
import io.shardwright.holdings.HostContents.TableId;
import io.shardwright.holdings.HostContents.TableState;
import io.shardwright.holdings.Registration.RegisteredReplica;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;

/** Who has what another has. Parts are compared by what they were merged from, never by counts alone. */
public final class Coverage {
    private Coverage() {}

    /** Parts that a replica had and none of the keepers has, as "path: part". */
    public static List<String> uncovered(Collection<RegisteredReplica> replicas, Collection<HostContents> keepers) {
        return replicas.stream()
                .flatMap(replica ->
                        uncovered(replica, keepers).stream().map(part -> replica.path() + ": " + part.name()))
                .distinct()
                .toList();
    }

    /** Parts that a replica had and none of the keepers has. */
    public static List<Part> uncovered(RegisteredReplica replica, Collection<HostContents> keepers) {
        var kept = keepers.stream()
                .flatMap(keeper -> keeper.tables().values().stream())
                .filter(table -> table.replica()
                        .filter(state -> state.path().equals(replica.path()))
                        .isPresent())
                .flatMap(table -> table.parts().stream())
                .map(PartState::part)
                .toList();
        var names = new HashSet<String>();
        kept.forEach(part -> names.add(part.name()));
        return replica.parts().stream()
                .filter(part -> !names.contains(part.name())
                        && kept.stream().noneMatch(other -> other.covers(part))
                        && !hasSources(kept, part)
                        && replica.dropped().stream().noneMatch(range -> range.contains(part)))
                .toList();
    }

    /** What it was merged from: every block of its range, without a gap. */
    private static boolean hasSources(List<Part> kept, Part part) {
        long next = part.min();
        for (var source : kept.stream()
                .filter(other -> part.contains(other) && other.mutation() >= part.mutation())
                .sorted(Comparator.comparingLong(Part::min))
                .toList()) {
            if (source.min() > next) {
                return false;
            }
            next = Math.max(next, source.max() + 1);
        }
        return !part.partition().isEmpty() && next > part.max();
    }

    /**
     * The first of its replicated tables in which a host lacks what a peer has, or that it can't fetch into.
     *
     * @param isStrict whether parts count that are so young that a peer may well not have them yet
     */
    public static Optional<String> behind(HostContents host, Collection<HostContents> peers, boolean isStrict) {
        return host.tables().entrySet().stream()
                .filter(entry -> entry.getValue().replica().isPresent())
                .flatMap(entry -> behind(entry.getKey(), entry.getValue(), peers, isStrict).stream())
                .findFirst();
    }

    private static Optional<String> behind(
            TableId id, TableState table, Collection<HostContents> peers, boolean isStrict) {
        if (!table.replica().orElseThrow().active()) {
            return Optional.of("its replica of " + id + " has no session with the coordination");
        }
        long missing = lacking(id, table, peers, isStrict);
        return missing == 0 ? Optional.empty() : Optional.of("its replica of " + id + " lacks " + missing + " parts");
    }

    /** How many parts of its replicated tables a host lacks that a peer has. */
    public static long lacking(HostContents host, Collection<HostContents> peers) {
        return host.tables().entrySet().stream()
                .filter(entry -> entry.getValue().replica().isPresent())
                .mapToLong(entry -> lacking(entry.getKey(), entry.getValue(), peers, true))
                .sum();
    }

    private static long lacking(TableId id, TableState table, Collection<HostContents> peers, boolean isStrict) {
        var own = new HashSet<String>();
        table.parts().forEach(state -> own.add(state.part().name()));
        return peers.stream()
                .flatMap(peer -> Optional.ofNullable(peer.tables().get(id)).stream())
                .flatMap(theirs -> theirs.parts().stream())
                .filter(theirs -> (isStrict || theirs.settled())
                        && !own.contains(theirs.part().name())
                        && !has(table, theirs))
                .count();
    }

    /** What was merged by the peer and is not merged here yet has the same rows. */
    private static boolean has(TableState table, PartState theirs) {
        if (table.parts().stream().anyMatch(ours -> ours.part().covers(theirs.part()))) {
            return true;
        }
        long rows = table.parts().stream()
                .filter(ours -> theirs.part().contains(ours.part()))
                .mapToLong(PartState::rows)
                .sum();
        return rows > 0 && rows == theirs.rows() && theirs.part().mutation() == 0;
    }
}
