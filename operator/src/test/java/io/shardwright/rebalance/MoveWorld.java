package io.shardwright.rebalance;

import io.shardwright.clickhouse.Dialect;
import io.shardwright.clickhouse.HostSnapshot.TableName;
import io.shardwright.crds.MovePhase;
import io.shardwright.plan.Outcome;
import io.shardwright.rebalance.HostParts.PartitionName;
import io.shardwright.rebalance.MoveObserved.Copy;
import io.shardwright.rebalance.MoveObserved.Memory;
import io.shardwright.rebalance.MoveObserved.Part;
import io.shardwright.rebalance.MoveObserved.Source;
import io.shardwright.rebalance.MoveObserved.Target;
import io.shardwright.testing.Seeds;
import io.shardwright.topology.ClusterRef;
import io.shardwright.topology.Host;
import io.shardwright.topology.Layout;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Shards of a replicated table as moves see them: parts, a log that every replica reads when it comes to it, queues that may be
 * stopped, inserts that take a number first and end later, staging tables, and a table that remembers only so much of what it
 * took. Statements may run late, or run and be said to have failed. Replicas restart, and forget then that their queues were
 * stopped; or the operator alone does not reach them, and they forget nothing.
 */
final class MoveWorld {
    static final TableName TABLE = new TableName("db", "t");

    private static final int MEMORY = 8;
    private static final ClusterRef CLUSTER = new ClusterRef("ns", "c", "cluster.local");

    private final Random random;
    private final boolean hasOutages;
    private final Layout layout;
    private final ReadersInWorld readers;
    private final TreeMap<Integer, Shard> shards = new TreeMap<>();
    private final List<Late> late = new ArrayList<>();
    private final Map<String, String> copyFailures = new HashMap<>();
    private final Set<Integer> committed = new HashSet<>();
    private final Set<Integer> old = new HashSet<>();
    private int nextRow;
    private boolean isCalm;

    MoveWorld(long seed, boolean hasOutages) {
        this.random = Seeds.random(seed);
        this.hasOutages = hasOutages;
        this.layout = Layout.of(CLUSTER, new Layout.Size(random.nextInt(3) == 0 ? 2 : 3, 2));
        layout.hosts().forEach(host -> shards.computeIfAbsent(host.shard(), Shard::new)
                .replicas
                .put(host, new Replica(host)));
        this.readers = new ReadersInWorld(Seeds.random(~seed), layout);
        int partitions = 2 + random.nextInt(4);
        for (int partition = 0; partition < partitions; partition++) {
            fill("p" + partition);
        }
        old.addAll(committed);
    }

    private record Piece(String partition, long first, long last, Set<Integer> rows) {
        String name() {
            return partition + "_" + first + "_" + last + "_0";
        }

        /** Of the rows alone: copies of a part have other numbers. */
        String checksum() {
            return rows.toString();
        }
    }

    /** What the replicas of a shard tell each other. */
    private sealed interface Entry {
        record Get(Piece piece) implements Entry {}

        record Drop(String partition, long upTo) implements Entry {}

        record Replace(List<Piece> pieces, String move) implements Entry {}
    }

    private static final class Shard {
        private final int index;
        private final TreeMap<Host, Replica> replicas = new TreeMap<>();
        private final List<Entry> log = new ArrayList<>();
        private final Map<String, Long> numbers = new HashMap<>();
        private final List<Piece> inFlight = new ArrayList<>();
        private final Map<Piece, Replica> inFlightOn = new HashMap<>();
        /** Fingerprints of what was attached, oldest first, with the parts that it became. */
        private final Deque<Map.Entry<String, Piece>> memory = new ArrayDeque<>();

        private long remembered;

        private Shard(int index) {
            this.index = index;
        }

        private long number(String partition) {
            return numbers.merge(partition, 1L, Long::sum);
        }

        private void remember(String fingerprint, Piece piece) {
            memory.addLast(Map.entry(fingerprint, piece));
            remembered++;
            while (memory.size() > MEMORY) {
                memory.removeFirst();
            }
        }
    }

    private static final class Replica {
        private final Host host;
        private final Set<Piece> parts = new HashSet<>();
        private final Map<String, Set<Piece>> staging = new TreeMap<>();
        private final List<Entry> queue = new ArrayList<>();
        private int read;
        private boolean isStopped;
        private boolean isAway;
        private boolean isCutOff;

        private Replica(Host host) {
            this.host = host;
        }

        private void comeBack() {
            isCutOff = false;
            isStopped &= !isAway;
            isAway = false;
        }

        private boolean answers() {
            return !isAway && !isCutOff;
        }
    }

    private record Late(Host host, RebalanceAction action) {}

    private void fill(String partition) {
        var shard = shards.get(random.nextInt(2));
        for (int part = 0; part <= random.nextInt(3); part++) {
            var piece = piece(shard, partition, 1 + random.nextInt(3));
            shard.replicas.values().forEach(replica -> replica.parts.add(piece));
            committed.addAll(piece.rows());
        }
    }

    private Piece piece(Shard shard, String partition, int rows) {
        long number = shard.number(partition);
        var ids = new TreeSet<Integer>();
        for (int row = 0; row < rows; row++) {
            ids.add(nextRow++);
        }
        return new Piece(partition, number, number, ids);
    }

    ClusterFacts facts() {
        return new ClusterFacts(
                layout, Set.copyOf(layout.hosts()), Set.of(), 1_000_000_000, Dialect.of("18.16.1"), Optional.empty());
    }

    /** What happens by itself. */
    void live() {
        readers.tick();
        for (var shard : shards.values()) {
            if (random.nextInt(6) == 0) {
                beginInsert(shard);
            }
            if (random.nextInt(3) == 0 && !shard.inFlight.isEmpty()) {
                endInsert(shard);
            }
            if (random.nextInt(1_000) == 0) {
                for (int i = 0; i < 2 * MEMORY; i++) {
                    shard.remember("other " + random.nextInt(), new Piece("other", 0, 0, Set.of()));
                }
            }
            shard.replicas.values().forEach(replica -> {
                comeAndGo(shard, replica);
                work(shard, replica, false);
            });
        }
        if (!late.isEmpty() && random.nextBoolean()) {
            runLate(late.removeFirst());
        }
        readers.reload(host -> !replica(host).isAway && random.nextInt(3) == 0);
        read();
    }

    private void read() {
        readers.read(
                host -> !replica(host).isAway,
                host -> replica(host).parts.stream()
                        .flatMap(piece -> piece.rows().stream())
                        .toList(),
                old);
    }

    /** Trouble is over: everyone is there, and what was begun ends. */
    void heal() {
        isCalm = true;
        readers.tick();
        readers.settle();
        shards.values().forEach(shard -> {
            while (!shard.inFlight.isEmpty()) {
                endInsert(shard);
            }
            shard.replicas.values().forEach(Replica::comeBack);
            shard.replicas.values().forEach(replica -> work(shard, replica, true));
        });
        late.forEach(this::runLate);
        late.clear();
    }

    /** What a user does whom a move asks to look: attaches what is missing, drops the copy once all have it, and lets the drop go. */
    void settle(Move move) {
        var target = shards.get(move.to());
        var staged = staged(target, move.id(), any -> true);
        boolean isThere = target.replicas.values().stream()
                .anyMatch(replica -> staged.stream().allMatch(copy -> replica.parts.stream()
                        .anyMatch(piece -> piece.rows().equals(copy.rows()))));
        if (!isThere) {
            attach(new RebalanceAction.AttachPartition(move, target.replicas.firstKey()));
        }
        for (var replica : target.replicas.values()) {
            replica.isStopped = false;
            work(target, replica, true);
        }
        target.replicas.values().forEach(replica -> replica.staging.remove(move.id()));
        shards.get(move.from()).replicas.values().forEach(replica -> replica.isStopped = false);
    }

    private void runLate(Late statement) {
        if (!replica(statement.host()).isAway) {
            run(statement.action());
        }
    }

    private void comeAndGo(Shard shard, Replica replica) {
        if (!hasOutages || random.nextInt(25) > 0) {
            return;
        }
        if (!replica.answers()) {
            replica.comeBack();
            readers.reload(replica.host::equals);
        } else if (random.nextInt(3) == 0) {
            replica.isCutOff = true;
        } else if (!isInTheGap(shard, replica)) {
            replica.isAway = true;
            late.removeIf(statement -> statement.host().equals(replica.host));
            shard.inFlight.removeIf(piece -> shard.inFlightOn.get(piece) == replica);
        }
    }

    /**
     * The one thing that a move does not survive (ADR 10): a row that was inserted between the last look and the drop, and the
     * end of the only server that has it, before the row is written once more. The drop may be under way still when it ends.
     */
    private boolean isInTheGap(Shard shard, Replica replica) {
        return Stream.concat(queuedDrops(shard), dropsUnderWay(shard)).anyMatch(drop -> replica.parts.stream()
                .anyMatch(piece -> isDropped(piece, drop) && isNowhereElse(piece)));
    }

    private static Stream<Entry.Drop> queuedDrops(Shard shard) {
        return shard.log.stream().filter(Entry.Drop.class::isInstance).map(Entry.Drop.class::cast);
    }

    /** They take their numbers when they run: all that is there by then is below. */
    private Stream<Entry.Drop> dropsUnderWay(Shard shard) {
        return late.stream()
                .map(Late::action)
                .filter(action -> action instanceof RebalanceAction.QueueDrop
                        && action.move().from() == shard.index)
                .map(action -> new Entry.Drop(action.move().partition(), Long.MAX_VALUE));
    }

    private boolean isNowhereElse(Piece piece) {
        return shards.values().stream()
                .flatMap(shard -> shard.replicas.values().stream())
                .flatMap(replica -> Stream.concat(
                        replica.parts.stream(),
                        replica.staging.values().stream().flatMap(Set::stream)))
                .filter(other -> !other.equals(piece))
                .noneMatch(other -> other.rows().containsAll(piece.rows()));
    }

    private void beginInsert(Shard shard) {
        var there = shard.replicas.values().stream()
                .filter(replica -> !replica.isAway)
                .toList();
        if (!there.isEmpty()) {
            var partition = "p" + random.nextInt(4);
            var piece = piece(shard, partition, 1);
            shard.inFlight.add(piece);
            shard.inFlightOn.put(piece, there.get(random.nextInt(there.size())));
        }
    }

    private void endInsert(Shard shard) {
        var piece = shard.inFlight.removeFirst();
        commit(shard, shard.inFlightOn.remove(piece), piece);
    }

    private void commit(Shard shard, Replica replica, Piece piece) {
        replica.parts.add(piece);
        shard.log.add(new Entry.Get(piece));
        committed.addAll(piece.rows());
    }

    /** Reads the log and works off the queue, or some of it. */
    private void work(Shard shard, Replica replica, boolean all) {
        if (replica.isAway) {
            return;
        }
        while (replica.read < shard.log.size() && (all || random.nextInt(3) > 0)) {
            replica.queue.add(shard.log.get(replica.read++));
        }
        if (replica.isStopped) {
            return;
        }
        // A drop goes first, and takes with it what was still to be fetched.
        for (var entry : List.copyOf(replica.queue)) {
            if (entry instanceof Entry.Drop drop && (all || random.nextInt(4) > 0)) {
                replica.parts.removeIf(piece -> isDropped(piece, drop));
                replica.queue.removeIf(other -> other == entry || isTakenBy(drop, other));
            }
        }
        for (var entry : List.copyOf(replica.queue)) {
            boolean isDone =
                    switch (entry) {
                        case Entry.Get(var piece) -> (all || random.nextInt(3) > 0) && fetch(shard, replica, piece);
                        case Entry.Drop drop -> false;
                        case Entry.Replace(var pieces, var move) ->
                            (all || random.nextInt(3) > 0)
                                    && pieces.stream().allMatch(piece -> link(shard, replica, piece, move));
                    };
            if (isDone) {
                replica.queue.remove(entry);
            }
        }
        replica.staging.replaceAll((move, pieces) -> pieces.isEmpty() && (all || random.nextInt(3) == 0)
                ? new HashSet<>(staged(shard, move, peer -> !peer.isAway))
                : pieces);
    }

    private static boolean isTakenBy(Entry.Drop drop, Entry entry) {
        return switch (entry) {
            case Entry.Get(var piece) -> isDropped(piece, drop);
            case Entry.Replace(var pieces, var move) -> pieces.stream().allMatch(piece -> isDropped(piece, drop));
            case Entry.Drop other -> false;
        };
    }

    private static boolean isDropped(Piece piece, Entry.Drop drop) {
        return piece.partition().equals(drop.partition()) && piece.last() <= drop.upTo();
    }

    private static boolean fetch(Shard shard, Replica replica, Piece piece) {
        if (replica.parts.contains(piece)) {
            return true;
        }
        boolean isThere = shard.replicas.values().stream().anyMatch(peer -> !peer.isAway && peer.parts.contains(piece));
        if (isThere) {
            replica.parts.add(piece);
        }
        return isThere;
    }

    private static boolean link(Shard shard, Replica replica, Piece piece, String move) {
        boolean isStaged = replica.staging.getOrDefault(move, Set.of()).stream()
                .anyMatch(staged -> staged.checksum().equals(piece.checksum()));
        if (isStaged) {
            replica.parts.add(piece);
        }
        return isStaged || fetch(shard, replica, piece);
    }

    private static Set<Piece> staged(Shard shard, String move, Predicate<Replica> is) {
        return shard.replicas.values().stream()
                .filter(is)
                .map(peer -> peer.staging.getOrDefault(move, Set.of()))
                .filter(pieces -> !pieces.isEmpty())
                .findFirst()
                .orElse(Set.of());
    }

    Outcome<RebalanceAction> execute(RebalanceAction action) {
        if (!isCalm) {
            read();
        }
        var host = hostOf(action);
        if (host.map(this::replica).map(replica -> !replica.answers()).orElse(false)) {
            return new Outcome.Failed<>(action, "away", true);
        }
        if (action instanceof RebalanceAction.AwaitVisible await) {
            boolean isVisible = await.hosts().stream()
                    .allMatch(one -> replica(one).answers() && isVisible(await.move(), replica(one)));
            return isVisible ? new Outcome.Done<>(action) : new Outcome.Failed<>(action, "not yet", true);
        }
        if (!isCalm && host.isPresent() && random.nextInt(15) == 0) {
            late.add(new Late(host.get(), action));
            return new Outcome.Failed<>(action, "no answer", true);
        }
        run(action);
        return random.nextInt(15) == 0 ? new Outcome.Failed<>(action, "no answer", true) : new Outcome.Done<>(action);
    }

    private static Optional<Host> hostOf(RebalanceAction action) {
        return switch (action) {
            case RebalanceAction.CopyPartition copy -> Optional.of(copy.host());
            case RebalanceAction.StopQueue stop -> Optional.of(stop.host());
            case RebalanceAction.QueueDrop drop -> Optional.of(drop.host());
            case RebalanceAction.RescuePart rescue -> Optional.of(rescue.host());
            case RebalanceAction.AttachPartition attach -> Optional.of(attach.host());
            case RebalanceAction.AwaitVisible await -> Optional.empty();
            case RebalanceAction.StartQueue start -> Optional.of(start.host());
            case RebalanceAction.DropMoveTables drop -> Optional.of(drop.host());
        };
    }

    private void run(RebalanceAction action) {
        var move = action.move();
        switch (action) {
            case RebalanceAction.CopyPartition copy -> copy(copy);
            case RebalanceAction.StopQueue stop -> replica(stop.host()).isStopped = true;
            case RebalanceAction.QueueDrop drop -> {
                var shard = shards.get(move.from());
                // It takes a number itself.
                shard.log.add(new Entry.Drop(move.partition(), shard.number(move.partition()) - 1));
                shard.memory.removeIf(entry -> entry.getValue().partition().equals(move.partition()));
            }
            case RebalanceAction.RescuePart rescue -> {
                var shard = shards.get(move.from());
                replica(rescue.host()).parts.stream()
                        .filter(piece -> piece.name().equals(rescue.part()))
                        .findFirst()
                        .ifPresent(piece -> {
                            long number = shard.number(piece.partition());
                            commit(
                                    shard,
                                    replica(rescue.host()),
                                    new Piece(piece.partition(), number, number, piece.rows()));
                        });
            }
            case RebalanceAction.AttachPartition attach -> attach(attach);
            case RebalanceAction.AwaitVisible await -> {}
            case RebalanceAction.StartQueue start -> replica(start.host()).isStopped = false;
            case RebalanceAction.DropMoveTables drop -> {
                replica(drop.host()).staging.remove(move.id());
                copyFailures.remove(move.id());
            }
        }
    }

    /** Of one source replica's parts, from scratch. */
    private void copy(RebalanceAction.CopyPartition copy) {
        var move = copy.move();
        if (!copy.replicas().stream().allMatch(host -> replica(host).answers())) {
            copyFailures.put(move.id(), "a replica is away");
            return;
        }
        copyFailures.remove(move.id());
        copy.replicas().forEach(host -> replica(host).staging.put(move.id(), new HashSet<>()));
        shards.get(move.from()).replicas.values().stream()
                .filter(replica -> !replica.isAway)
                .skip(random.nextInt(2))
                .findFirst()
                .ifPresent(source -> replica(copy.host())
                        .staging
                        .put(move.id(), new HashSet<>(ofPartition(source.parts, move.partition()))));
    }

    private void attach(RebalanceAction.AttachPartition attach) {
        var move = attach.move();
        var shard = shards.get(move.to());
        var staged = replica(attach.host()).staging.getOrDefault(move.id(), Set.of());
        boolean isRemembered = shard.memory.stream().anyMatch(entry -> staged.stream()
                .anyMatch(piece -> entry.getKey().equals(fingerprint(piece))));
        if (isRemembered || staged.isEmpty()) {
            return;
        }
        var pieces = staged.stream()
                .map(piece -> {
                    long number = shard.number(piece.partition());
                    return new Piece(piece.partition(), number, number, piece.rows());
                })
                .toList();
        pieces.forEach(piece -> {
            shard.remember(fingerprint(piece), piece);
            replica(attach.host()).parts.add(piece);
        });
        shard.log.add(new Entry.Replace(pieces, move.id()));
    }

    private static String fingerprint(Piece piece) {
        return piece.partition() + " " + piece.checksum();
    }

    private static List<Piece> ofPartition(Collection<Piece> pieces, String partition) {
        return pieces.stream()
                .filter(piece -> piece.partition().equals(partition))
                .sorted((one, other) -> one.name().compareTo(other.name()))
                .toList();
    }

    private Replica replica(Host host) {
        return shards.get(host.shard()).replicas.get(host);
    }

    RebalanceObserved observe(List<CurrentMove> moves) {
        readers.want(moves.stream().map(CurrentMove::side).toList());
        return new RebalanceObserved(
                Optional.of(facts()),
                layout.hosts().stream().map(this::parts).toList(),
                Set.of(),
                moves.stream().collect(Collectors.toMap(move -> move.move().id(), this::observe)),
                Map.of(),
                Optional.empty(),
                readers.observe(host -> replica(host).answers()));
    }

    private HostParts parts(Host host) {
        var replica = replica(host);
        if (!replica.answers()) {
            return new HostParts.Unknown(host, "away");
        }
        var partitions = replica.parts.stream()
                .collect(Collectors.groupingBy(Piece::partition, TreeMap::new, Collectors.toList()));
        return new HostParts.Known(
                host,
                Set.of(TABLE),
                Set.of(),
                partitions.entrySet().stream()
                        .map(entry -> {
                            long rows = entry.getValue().stream()
                                    .mapToLong(piece -> piece.rows().size())
                                    .sum();
                            return new HostParts.Partition(
                                    new PartitionName(TABLE, entry.getKey()), rows, rows * 100, 1_000);
                        })
                        .toList(),
                Set.of(),
                Map.of(),
                0,
                OptionalLong.empty());
    }

    private MoveObserved observe(CurrentMove current) {
        var move = current.move();
        var phase = current.phase();
        long mark = current.mark().last();
        var from = shards.get(move.from());
        var to = shards.get(move.to());
        var staged = staged(to, move.id(), Replica::answers);
        boolean isTaken = to.memory.stream().anyMatch(entry -> staged.stream()
                .anyMatch(piece -> fingerprint(piece).equals(entry.getKey())));
        boolean reachesBack =
                phase != MovePhase.Switching || to.memory.size() < MEMORY || to.remembered - mark < MEMORY;
        long dropped = from.replicas.values().stream()
                .filter(Replica::answers)
                .mapToLong(replica -> dropsUpTo(replica, move).orElse(-1))
                .max()
                .orElse(-1);
        return new MoveObserved(
                from.replicas.values().stream()
                        .map(replica -> source(from, replica, move))
                        .toList(),
                to.replicas.values().stream()
                        .map(replica -> target(replica, move))
                        .toList(),
                new Copy(false, Optional.ofNullable(copyFailures.get(move.id()))),
                isTaken ? Memory.TAKEN : reachesBack ? Memory.NOT_TAKEN : Memory.FORGOTTEN,
                new Mark(to.remembered, Instant.EPOCH),
                from.inFlight.stream()
                        .anyMatch(piece -> piece.partition().equals(move.partition()) && piece.first() <= dropped));
    }

    private Source source(Shard shard, Replica replica, Move move) {
        if (!replica.answers()) {
            return new Source.Unknown(replica.host, "away");
        }
        return new Source.Known(
                replica.host,
                replica.read == shard.log.size() && isIdle(replica, move),
                replica.host.replica() == 0,
                false,
                ofPartition(replica.parts, move.partition()).stream()
                        .map(piece -> new Part(
                                piece.name(),
                                piece.first(),
                                piece.last(),
                                piece.rows().size(),
                                piece.checksum()))
                        .toList(),
                replica.queue.stream()
                        .flatMap(entry -> entry instanceof Entry.Get(var piece)
                                        && piece.partition().equals(move.partition())
                                ? Optional.of(piece.name()).stream()
                                : Optional.<String>empty().stream())
                        .toList(),
                dropsUpTo(replica, move));
    }

    private static OptionalLong dropsUpTo(Replica replica, Move move) {
        return replica.queue.stream()
                .filter(entry ->
                        entry instanceof Entry.Drop drop && drop.partition().equals(move.partition()))
                .mapToLong(entry -> ((Entry.Drop) entry).upTo())
                .max();
    }

    private boolean isIdle(Replica replica, Move move) {
        return late.stream()
                .noneMatch(statement -> statement.host().equals(replica.host)
                        && statement.action().move().id().equals(move.id()));
    }

    private Target target(Replica replica, Move move) {
        if (!replica.answers()) {
            return new Target.Unknown(replica.host, "away");
        }
        return new Target.Known(
                replica.host,
                false,
                replica.staging.containsKey(move.id()) ? List.of(move.staging()) : List.of(),
                replica.staging.getOrDefault(move.id(), Set.of()).stream()
                        .map(Piece::checksum)
                        .sorted()
                        .toList(),
                isVisible(move, replica),
                replica.read == shards.get(move.to()).log.size()
                        && replica.queue.stream().noneMatch(entry -> entry instanceof Entry.Replace),
                !isIdle(replica, move));
    }

    private boolean isVisible(Move move, Replica replica) {
        var shard = shards.get(move.to());
        var staged = staged(shard, move.id(), Replica::answers);
        var taken = shard.memory.stream()
                .filter(entry ->
                        staged.stream().anyMatch(piece -> fingerprint(piece).equals(entry.getKey())))
                .map(Map.Entry::getValue)
                .toList();
        return !taken.isEmpty() && replica.parts.containsAll(taken);
    }

    /** Rows that are on no disk any more. */
    boolean hasLost() {
        var there = where(true);
        return committed.stream().anyMatch(row -> there[row] == 0);
    }

    /** Rows that are not on the disk of every replica of any shard. */
    boolean isThin() {
        var there = where(true);
        return old.stream().anyMatch(row -> !isWhole(there[row]));
    }

    /** Rows that some reader, who asks any replica of each shard, does not see. */
    boolean isHidden() {
        var there = where(false);
        var views = readers.shardsRead().stream()
                .mapToInt(shards ->
                        shards.stream().mapToInt(shard -> 0b11 << 2 * shard).sum())
                .toArray();
        return old.stream().anyMatch(row -> IntStream.of(views).anyMatch(view -> !isWhole(there[row] & view)));
    }

    /** Two bits a shard, one for each replica. */
    private static boolean isWhole(int replicas) {
        return (replicas & replicas >> 1 & 0b010101) != 0;
    }

    /** The replicas that have each row. */
    private int[] where(boolean alsoStaged) {
        var where = new int[nextRow];
        for (var shard : shards.values()) {
            for (var replica : shard.replicas.values()) {
                int bit = 1 << 2 * replica.host.shard() + replica.host.replica();
                mark(replica.parts, bit, where);
                if (alsoStaged) {
                    replica.staging.values().forEach(pieces -> mark(pieces, bit, where));
                }
            }
        }
        return where;
    }

    private static void mark(Collection<Piece> pieces, int bit, int[] where) {
        for (var piece : pieces) {
            for (int row : piece.rows()) {
                where[row] |= bit;
            }
        }
    }

    /** Some reader saw a row twice or not at all that was there from the beginning. */
    boolean isMisread() {
        return readers.isMistaken();
    }

    /** At rest: rows that are not on every replica of just one shard, once. */
    boolean isMisplaced() {
        var counts = new HashMap<Integer, Integer>();
        replicas()
                .forEach(replica -> replica.parts.forEach(
                        piece -> piece.rows().forEach(row -> counts.merge(row, 1, Integer::sum))));
        return committed.stream().anyMatch(row -> counts.getOrDefault(row, 0) != 2) || isHidden();
    }

    boolean hasStaging() {
        return replicas().stream().anyMatch(replica -> !replica.staging.isEmpty());
    }

    boolean isStopped() {
        return replicas().stream().anyMatch(replica -> replica.isStopped);
    }

    private List<Replica> replicas() {
        return shards.values().stream()
                .flatMap(shard -> shard.replicas.values().stream())
                .toList();
    }
}
