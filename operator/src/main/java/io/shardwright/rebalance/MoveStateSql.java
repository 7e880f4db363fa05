package io.shardwright.rebalance;

import io.shardwright.rebalance.MoveObserved.Memory;
import io.shardwright.rebalance.MoveObserved.Part;
import io.shardwright.rebalance.MoveObserved.Source;
import io.shardwright.rebalance.MoveObserved.Target;
import io.shardwright.topology.Host;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Reads what servers answer to the questions of {@link MoveSql}. */
final class MoveStateSql {
    private static final Set<String> DROPS = Set.of("drop", "detach");
    private static final Set<String> FETCH = Set.of("get");
    private static final Duration HANGING = Duration.ofMinutes(1);
    private static final Pattern ABOUT_A_TABLE = Pattern.compile("\\A\\s*(CREATE|DROP) TABLE ");

    private MoveStateSql() {}

    /** A row of system.replicas: the paths of a table and of its replica in ZooKeeper. */
    record Paths(String table, String replica) {}

    static Optional<Paths> pathsAtTarget(List<List<String>> rows, String table) {
        return ofKind(rows, "replica")
                .filter(row -> row.get(3).equals(table))
                .map(row -> new Paths(row.get(1), row.get(2)))
                .findFirst();
    }

    static List<String> partsAtTarget(List<List<String>> rows, String table) {
        return ofKind(rows, "part")
                .filter(row -> row.get(4).equals(table))
                .map(row -> row.get(1))
                .sorted()
                .toList();
    }

    /**
     * @param isRunning a statement of the move ran before anything else was asked
     * @param replica a row of {@link MoveSql#replica}, asked next
     * @param queue what {@link MoveSql#queue} said then
     * @param parts what {@link MoveSql#parts} said at last
     * @param checksumOf a part's
     */
    static Source.Known source(
            Host host,
            Move move,
            boolean isRunning,
            List<String> replica,
            List<List<String>> queue,
            List<List<String>> parts,
            UnaryOperator<String> checksumOf) {
        boolean hasReadLog = Long.parseLong(replica.get(5)) > Long.parseLong(replica.get(4));
        return new Source.Known(
                host,
                hasReadLog && !isRunning,
                replica.get(2).equals("1"),
                replica.get(3).equals("1"),
                parts.stream()
                        .map(row -> new Part(
                                row.get(0),
                                Long.parseLong(row.get(1)),
                                Long.parseLong(row.get(2)),
                                Long.parseLong(row.get(3)),
                                checksumOf.apply(row.get(0))))
                        .toList(),
                queued(queue, FETCH, move).toList(),
                queued(queue, DROPS, move)
                        .mapToLong(name -> PartNames.lastBlock(name, move.partition()))
                        .max());
    }

    /** Whether a replica has read all that the others wrote, and has nothing of the partition left to do. */
    static boolean isCaughtUp(List<String> replica, List<List<String>> queue, Move move) {
        boolean hasReadLog = Long.parseLong(replica.get(5)) > Long.parseLong(replica.get(4));
        return hasReadLog
                && queue.stream()
                        .flatMap(row -> row.getFirst().lines())
                        .noneMatch(line -> line.contains(move.partition() + "_"));
    }

    /** An entry is a few lines of text: what is to be done, and on the next line the part. */
    private static Stream<String> queued(List<List<String>> queue, Set<String> kinds, Move move) {
        return queue.stream()
                .map(row -> row.getFirst().lines().toList())
                .flatMap(lines -> IntStream.range(0, lines.size() - 1)
                        .filter(line -> kinds.contains(lines.get(line)))
                        .mapToObj(line -> lines.get(line + 1)))
                .filter(name -> PartNames.isOf(name, move.partition()))
                .sorted();
    }

    /**
     * @param staged checksums of the staging table's parts
     * @param taken names under which the target took them
     * @param isCaughtUp nothing of the partition is left to be done there
     */
    static Target.Known target(
            Host host, Move move, List<List<String>> rows, List<String> staged, Set<String> taken, boolean isCaughtUp) {
        var standing = ofKind(rows, "part")
                .filter(row -> row.get(4).equals(move.table().table()))
                .toList();
        return new Target.Known(
                host,
                ofKind(rows, "replica").anyMatch(row -> row.get(4).equals("1")),
                ofKind(rows, "table").map(row -> row.get(1)).sorted().toList(),
                staged.stream().sorted().toList(),
                !taken.isEmpty() && taken.stream().allMatch(name -> isStanding(name, move.partition(), standing)),
                isCaughtUp,
                ofKind(rows, "running").findAny().isPresent(),
                ofKind(rows, "trouble").map(row -> row.get(1)).findFirst(),
                hanging(rows, move));
    }

    /** A statement that makes or drops a table of the move has milliseconds to do. Others take as long as there are rows. */
    private static Optional<String> hanging(List<List<String>> rows, Move move) {
        return ofKind(rows, "running")
                .filter(row -> Duration.ofSeconds(Long.parseLong(row.get(2))).compareTo(HANGING) >= 0)
                .flatMap(row -> ABOUT_A_TABLE
                        .matcher(row.get(3))
                        .results()
                        .map(verb -> verb.group(1) + " TABLE "
                                + move.table().database() + "."
                                + (row.get(3).contains(move.inbox()) ? move.inbox() : move.staging())
                                + ", for " + row.get(2) + " s"))
                .findFirst();
    }

    private static boolean isStanding(String name, String partition, List<List<String>> standing) {
        long first = PartNames.firstBlock(name, partition);
        long last = PartNames.lastBlock(name, partition);
        return standing.stream()
                .anyMatch(row -> Long.parseLong(row.get(2)) <= first && Long.parseLong(row.get(3)) >= last);
    }

    /** Names of the parts that the target made of what was staged. */
    static Set<String> taken(List<List<String>> fingerprints, List<List<String>> remembered) {
        var names = fingerprints.stream().map(List::getFirst).collect(Collectors.toSet());
        return remembered.stream()
                .filter(row -> names.contains(row.getFirst()))
                .map(row -> row.get(1))
                .collect(Collectors.toSet());
    }

    /** How much a table remembers of what it took: so many blocks, for so long. */
    record Window(int blocks, Duration age) {
        /** @param rows that {@link MoveSql#windows} returned: what holds for tables that say nothing else */
        static Window of(List<List<String>> rows, Map<String, String> settingsOfTable) {
            var settings = rows.stream()
                    .collect(Collectors.toMap(List::getFirst, List::getLast, (one, other) -> one, HashMap::new));
            settings.putAll(settingsOfTable);
            return new Window(
                    Integer.parseInt(settings.get(MoveSql.WINDOW)),
                    Duration.ofSeconds(Long.parseLong(settings.get(MoveSql.WINDOW_SECONDS))));
        }
    }

    /**
     * @param mark what the target remembered when the switch began; empty before that: then nothing was attached
     * @param now after the target was asked
     */
    static Memory memory(
            Set<String> taken, List<List<String>> remembered, Window window, Optional<Mark> mark, Instant now) {
        if (!taken.isEmpty()) {
            return Memory.TAKEN;
        }
        return mark.filter(begin -> !reachesBack(remembered, window, begin, now))
                        .isPresent()
                ? Memory.FORGOTTEN
                : Memory.NOT_TAKEN;
    }

    private static boolean reachesBack(List<List<String>> remembered, Window window, Mark begin, Instant now) {
        boolean isRecent = Duration.between(begin.at(), now).compareTo(window.age()) < 0;
        return isRecent
                && (remembered.size() < window.blocks()
                        || remembered.stream().anyMatch(row -> Long.parseLong(row.get(2)) <= begin.last()));
    }

    static long lastRemembered(List<List<String>> remembered) {
        return remembered.stream()
                .mapToLong(row -> Long.parseLong(row.get(2)))
                .max()
                .orElse(0);
    }

    /**
     * @param numbers that inserts hold, with the lock of each
     * @param locks that stand: an insert whose lock is gone is over
     */
    static boolean isInsertInFlight(List<List<String>> numbers, List<List<String>> locks, OptionalLong upTo) {
        var standing = locks.stream().map(List::getFirst).collect(Collectors.toSet());
        return numbers.stream()
                .filter(row -> Long.parseLong(row.getFirst().replaceAll("\\D", "")) <= upTo.orElse(-1))
                .anyMatch(
                        row -> standing.contains(row.get(1).substring(row.get(1).lastIndexOf('/') + 1)));
    }

    private static Stream<List<String>> ofKind(List<List<String>> rows, String kind) {
        return rows.stream().filter(row -> kind.equals(row.getFirst()));
    }
}
