package io.shardwright.rebalance;

import io.shardwright.clickhouse.ClickHouseException;
import io.shardwright.clickhouse.Dialect;
import io.shardwright.clickhouse.Servers;
import io.shardwright.crds.MovePhase;
import io.shardwright.importspec.TargetTable;
import io.shardwright.importspec.TargetTableSql;
import io.shardwright.rebalance.MoveObserved.Memory;
import io.shardwright.rebalance.MoveObserved.Source;
import io.shardwright.rebalance.MoveObserved.Target;
import io.shardwright.rebalance.MoveStateSql.Paths;
import io.shardwright.rebalance.MoveStateSql.Window;
import io.shardwright.topology.Host;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/** Looks at what stands of a move, on every replica of both shards at once. */
final class MoveObserver {
    private final Servers servers;
    private final Copies copies;
    private final Clock clock;

    MoveObserver(Servers servers, Copies copies, Clock clock) {
        this.servers = servers;
        this.copies = copies;
        this.clock = clock;
    }

    private MoveObserved observe(CurrentMove current, ClusterFacts cluster) {
        var move = current.move();
        var mark = current.phase() == MovePhase.Switching ? Optional.of(current.mark()) : Optional.<Mark>empty();
        // Before the servers: a copy that ends in between is then seen as running still.
        var copy = copies.of(move.id());
        var dialect = cluster.dialect();
        var before = onEvery(cluster.hostsOf(move.from()), host -> source(host, move, dialect));
        var drops = dropsUpTo(before);
        // Before the sources: an insert that ends in between is then seen by what it brought, or as under way still.
        boolean isInsertInFlight = isInsertInFlight(move, drops);
        var source =
                drops.isEmpty() ? before : onEvery(cluster.hostsOf(move.from()), host -> source(host, move, dialect));
        boolean isDropAnother = !drops.isEmpty() && !dropsUpTo(source).equals(drops);
        // What was taken is known before it is looked for.
        var taken = cluster.hostsOf(move.to()).stream()
                .map(host -> taken(host, move, mark))
                .flatMap(Optional::stream)
                .findFirst()
                .orElse(Taken.NOTHING);
        var target = onEvery(
                cluster.hostsOf(move.to()), host -> target(host, move, dialect, taken.parts(), current.phase()));
        return new MoveObserved(source, target, copy, taken.memory(), taken.last(), isInsertInFlight || isDropAnother);
    }

    /** What the drops in the sources' queues take. */
    private static Map<Host, OptionalLong> dropsUpTo(List<Source> source) {
        var drops = new TreeMap<Host, OptionalLong>();
        source.forEach(one -> {
            if (one instanceof Source.Known known && known.dropsUpTo().isPresent()) {
                drops.put(known.host(), known.dropsUpTo());
            }
        });
        return drops;
    }

    private Source source(Host host, Move move, Dialect dialect) {
        try {
            // In this order: a statement that is over by now has written to the log, what the log holds is in the queue
            // once the replica has read so far, and what leaves the queue after that is seen done.
            var running = servers.query(host, MoveSql.running(move));
            var replica = servers.query(host, MoveSql.replica(move));
            if (replica.isEmpty()) {
                return new Source.Unknown(
                        host, "it has no replicated table " + move.table().table());
            }
            var paths = new Paths(replica.getFirst().get(0), replica.getFirst().get(1));
            var queue = servers.query(host, MoveSql.queue(paths.replica()));
            var parts = servers.query(host, MoveSql.parts(move));
            var names = parts.stream().map(List::getFirst).toList();
            return MoveStateSql.source(
                    host,
                    move,
                    !running.isEmpty(),
                    replica.getFirst(),
                    queue,
                    parts,
                    checksums(host, move, dialect, move.table().table(), paths, names));
        } catch (ClickHouseException e) {
            return new Source.Unknown(host, e.getMessage());
        }
    }

    private Target target(Host host, Move move, Dialect dialect, Set<String> taken, MovePhase phase) {
        try {
            var rows = servers.query(host, MoveSql.target(move));
            if (MoveStateSql.pathsAtTarget(rows, move.table().table()).isEmpty()) {
                return new Target.Unknown(
                        host, "it has no replicated table " + move.table().table());
            }
            var names = MoveStateSql.partsAtTarget(rows, move.staging());
            var staged = MoveStateSql.pathsAtTarget(rows, move.staging())
                    .map(paths -> names.stream()
                            .map(checksums(host, move, dialect, move.staging(), paths, names))
                            .toList())
                    .orElse(List.of());
            return MoveStateSql.target(host, move, rows, staged, taken, isCaughtUp(host, move, phase));
        } catch (ClickHouseException e) {
            return new Target.Unknown(host, e.getMessage());
        }
    }

    /** Asks for nothing but that: readers see a partition twice meanwhile. */
    boolean isVisible(Move move, List<Host> hosts) {
        var taken = hosts.stream()
                .map(host -> taken(host, move, Optional.empty()))
                .flatMap(Optional::stream)
                .findFirst()
                .orElse(Taken.NOTHING);
        return onEvery(
                        hosts,
                        host -> MoveStateSql.target(
                                host, move, servers.query(host, MoveSql.target(move)), List.of(), taken.parts(), false))
                .stream()
                .allMatch(Target.Known::isVisible);
    }

    /** Asked only when it matters. */
    private boolean isCaughtUp(Host host, Move move, MovePhase phase) {
        if (phase != MovePhase.CleaningUp && phase != MovePhase.Turning) {
            return false;
        }
        var replica = servers.query(host, MoveSql.replica(move));
        return !replica.isEmpty()
                && MoveStateSql.isCaughtUp(
                        replica.getFirst(),
                        servers.query(host, MoveSql.queue(replica.getFirst().get(1))),
                        move);
    }

    private UnaryOperator<String> checksums(
            Host host, Move move, Dialect dialect, String table, Paths paths, List<String> names) {
        var checksums = new HashMap<String, String>();
        if (dialect.hasPartHashes()) {
            servers.query(host, MoveSql.hashes(move, table)).forEach(row -> checksums.put(row.get(0), row.get(1)));
        } else {
            names.forEach(name -> checksums.put(name, checksum(host, paths, name)));
        }
        // A part that came in between is like no other.
        return name -> checksums.getOrDefault(name, name + " of " + host.name());
    }

    private String checksum(Host host, Paths paths, String part) {
        return servers.query(host, MoveSql.checksum(paths.replica(), part))
                .getFirst()
                .getFirst();
    }

    /** What the table at the target took of what was staged. */
    private record Taken(Set<String> parts, Memory memory, Mark last) {
        private static final Taken NOTHING = new Taken(Set.of(), Memory.NOT_TAKEN, Mark.NONE);
    }

    /** Empty when this host cannot tell. */
    private Optional<Taken> taken(Host host, Move move, Optional<Mark> mark) {
        try {
            var asked = clock.instant();
            var rows = servers.query(host, MoveSql.target(move));
            var staging = MoveStateSql.pathsAtTarget(rows, move.staging());
            var table = MoveStateSql.pathsAtTarget(rows, move.table().table());
            if (staging.isEmpty() || table.isEmpty()) {
                return Optional.empty();
            }
            var fingerprints =
                    servers.query(host, MoveSql.remembered(staging.get().table()));
            var remembered = servers.query(host, MoveSql.remembered(table.get().table()));
            var taken = MoveStateSql.taken(fingerprints, remembered);
            return Optional.of(new Taken(
                    taken,
                    MoveStateSql.memory(taken, remembered, window(host, move), mark, clock.instant()),
                    new Mark(MoveStateSql.lastRemembered(remembered), asked)));
        } catch (ClickHouseException e) {
            return Optional.empty();
        }
    }

    private Window window(Host host, Move move) {
        var database = move.table().database();
        var name = move.table().table();
        var table = TargetTableSql.read(
                database, name, servers.query(host, TargetTableSql.table(database, name)), List.of());
        return Window.of(
                servers.query(host, MoveSql.windows()),
                table.map(TargetTable::settings).orElse(Map.of()));
    }

    /** Asked only once a drop is queued; an insert that cannot be told to have ended has not. */
    private boolean isInsertInFlight(Move move, Map<Host, OptionalLong> drops) {
        return drops.entrySet().stream()
                .findFirst()
                .map(drop -> isInsertInFlight(drop.getKey(), move, drop.getValue()))
                .orElse(false);
    }

    private boolean isInsertInFlight(Host host, Move move, OptionalLong upTo) {
        try {
            var path = servers.query(host, MoveSql.replica(move)).getFirst().getFirst();
            var numbers = servers.query(host, MoveSql.blockNumbers(move, path));
            return MoveStateSql.isInsertInFlight(numbers, servers.query(host, MoveSql.locks(path)), upTo);
        } catch (ClickHouseException e) {
            return true;
        }
    }

    private static <T> List<T> onEvery(List<Host> hosts, Function<Host, T> look) {
        List<Future<T>> looks;
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            looks = hosts.stream()
                    .map(host -> executor.submit(() -> look.apply(host)))
                    .toList();
        }
        return looks.stream().map(Future::resultNow).toList();
    }

    /** By the id of the move. */
    Map<String, MoveObserved> observe(List<CurrentMove> moves, ClusterFacts cluster) {
        var observed = new HashMap<String, MoveObserved>();
        moves.forEach(move -> observed.put(move.move().id(), observe(move, cluster)));
        return observed;
    }
}
