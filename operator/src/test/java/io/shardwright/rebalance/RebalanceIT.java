package io.shardwright.rebalance;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.shardwright.clickhouse.ClickHouseException;
import io.shardwright.clickhouse.Dialect;
import io.shardwright.clickhouse.HostSnapshot.TableName;
import io.shardwright.clickhouse.HttpServers;
import io.shardwright.crds.MovePhase;
import io.shardwright.crds.RebalancePhase;
import io.shardwright.plan.Hold;
import io.shardwright.plan.HoldReason;
import io.shardwright.plan.Outcome;
import io.shardwright.testing.RealServers;
import io.shardwright.topology.Host;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Real partitions between real shards: planners, observers and executor as they are, with readers and writers. */
class RebalanceIT {
    private static final String DATABASE = "rebalance_it";
    private static final TableName TABLE = new TableName(DATABASE, "visits");
    private static final int ROWS = 1_000;
    private static final int PARTITIONS = 8;
    private static final int MANY_STEPS = 2_000;
    private static final Duration LONG = Duration.ofMinutes(2);

    private final RealServers cluster = RealServers.shared();
    private final HttpServers servers =
            new HttpServers(cluster.directory(), Duration.ofSeconds(60), new SimpleMeterRegistry());
    private final ClusterFacts facts = new ClusterFacts(
            cluster.layout(),
            Set.copyOf(cluster.layout().hosts()),
            Set.of(),
            100_000_000_000L,
            Dialect.of("18.16.1"),
            Optional.empty());

    @BeforeEach
    void createTable() {
        for (var host : cluster.layout().hosts()) {
            servers.execute(host, "CREATE DATABASE " + DATABASE);
            servers.execute(
                    host,
                    "CREATE TABLE " + DATABASE
                            + ".visits (day Date, id UInt64, note Nullable(String)) ENGINE ="
                            + " ReplicatedMergeTree('/tables/{shard}/rebalance_it/visits', '{replica}')"
                            + " PARTITION BY day ORDER BY id SETTINGS index_granularity = 8192");
            servers.execute(
                    host,
                    "CREATE TABLE " + DATABASE + ".visits_all AS " + DATABASE
                            + ".visits ENGINE = Distributed('flights', '" + DATABASE + "', 'visits', id)");
        }
        for (int partition = 1; partition <= PARTITIONS; partition++) {
            insert(host(0, 0), partition, ROWS);
        }
        awaitReplicas();
    }

    @AfterEach
    void dropTable() {
        cluster.layout().hosts().forEach(host -> {
            cluster.list(Set.copyOf(cluster.layout().hosts()));
            servers.execute(host, "SYSTEM START REPLICATION QUEUES " + DATABASE + ".visits");
            servers.execute(host, "DROP DATABASE " + DATABASE);
        });
        servers.close();
    }

    @Test
    void halfOfAFullShardGoesToTheEmptyOne() {
        var run = new Run(intent(Set.of()));

        run.toTheEnd();

        assertThat(run.phase).isEqualTo(RebalancePhase.Succeeded);
        assertThat(partitionsOn(host(0, 0))).hasSize(4);
        assertThat(partitionsOn(host(1, 0))).hasSize(4);
        assertThat(counted()).isEqualTo(Map.of("rows", (long) ROWS * PARTITIONS, "ids", (long) ROWS * PARTITIONS));
        assertThat(leftovers()).isEmpty();
    }

    @Test
    void aDrainedShardIsEmptyInTheEnd() {
        var run = new Run(intent(Set.of(0)));

        run.toTheEnd();

        assertThat(partitionsOn(host(0, 0))).isEmpty();
        assertThat(partitionsOn(host(0, 1))).isEmpty();
        awaitReplicas();
        assertThat(counted().get("rows")).isEqualTo((long) ROWS * PARTITIONS);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void aCrashBetweenAnyTwoStatementsLosesNothingAndDoublesNothing(long seed) {
        var random = new Random(seed);
        var run = new Run(intent(Set.of()));

        for (int step = 0; step < MANY_STEPS && run.phase != RebalancePhase.Succeeded; step++) {
            if (random.nextInt(4) == 0) {
                run.crash(random.nextInt(5));
            } else {
                run.step();
            }
        }

        assertThat(run.phase).isEqualTo(RebalancePhase.Succeeded);
        awaitReplicas();
        assertThat(counted()).isEqualTo(Map.of("rows", (long) ROWS * PARTITIONS, "ids", (long) ROWS * PARTITIONS));
        assertThat(leftovers()).isEmpty();
    }

    @RepeatedTest(3)
    void rowsWrittenBetweenTheLastLookAndTheDropAreNotLost() {
        var run = new Run(intent(Set.of(0)));
        var late = new AtomicLong();

        run.before = action -> {
            if (action instanceof RebalanceAction.QueueDrop drop) {
                // One on each replica, and neither knows of the other's: their queues stand still.
                insert(
                        host(0, 0),
                        Integer.parseInt(drop.move().partition().substring(6)),
                        10,
                        1_000_000 + 100 * late.get());
                insert(
                        host(0, 1),
                        Integer.parseInt(drop.move().partition().substring(6)),
                        10,
                        2_000_000 + 100 * late.get());
                late.addAndGet(20);
            }
            return true;
        };
        for (int step = 0; step < MANY_STEPS && run.done < PARTITIONS; step++) {
            run.step();
        }
        run.before = action -> true;
        run.toTheEnd();

        assertThat(late).hasPositiveValue();
        awaitReplicas();
        assertThat(counted().get("rows")).as("failed: " + run.failures).isEqualTo(ROWS * PARTITIONS + late.get());
        assertThat(run.executed).anyMatch(RebalanceAction.RescuePart.class::isInstance);
        assertThat(partitionsOn(host(0, 0))).isEmpty();
    }

    @Test
    void readersAndWritersGoOnAndSeeAPartitionTwiceForMillisecondsAtMost() throws InterruptedException {
        var isOver = new AtomicBoolean();
        var wrong = new ConcurrentLinkedQueue<Long>();
        var reads = new AtomicLong();
        var written = new AtomicLong();
        var reader = Thread.ofVirtual().start(() -> {
            while (!isOver.get()) {
                long rows =
                        count(host((int) (reads.get() % 2), 1), "visits_all WHERE toDayOfMonth(day) <= " + PARTITIONS);
                if (rows != (long) ROWS * PARTITIONS) {
                    wrong.add(rows);
                }
                reads.incrementAndGet();
            }
        });
        var writer = Thread.ofVirtual().start(() -> {
            while (!isOver.get()) {
                insert(host(0, (int) (written.get() % 2)), 20, 1, 5_000_000 + written.get());
                written.incrementAndGet();
            }
        });
        var run = new Run(intent(Set.of()));

        run.toTheEnd();
        isOver.set(true);
        reader.join();
        writer.join();

        awaitReplicas();
        assertThat(count(host(0, 0), "visits_all")).isEqualTo(ROWS * PARTITIONS + written.get());
        assertThat(wrong).as("never fewer rows than there are").allSatisfy(rows -> assertThat(rows)
                .isGreaterThan((long) ROWS * PARTITIONS));
        assertThat(wrong.size()).as("of " + reads + " reads").isLessThan((int) (reads.get() / 5) + 5);
    }

    @Test
    void withExactReadsNobodySeesAPartitionTwiceOrNotAtAll() {
        var written = new AtomicLong();
        var run = new Run(intent(Set.of(), true));
        try (var readers = new ConstantReaders()) {
            run.before = action -> {
                if (action instanceof RebalanceAction.AttachPartition) {
                    insert(host(0, (int) (written.get() % 2)), 20, 1, 5_000_000 + written.getAndIncrement());
                }
                return true;
            };

            run.toTheEnd();

            assertThat(readers.wrong).as("of " + readers.reads + " reads").isEmpty();
            assertThat(readers.reads).hasValueGreaterThan(100);
        }
        assertThat(run.phase).isEqualTo(RebalancePhase.Succeeded);
        assertThat(run.executed)
                .filteredOn(RebalanceAction.AttachPartition.class::isInstance)
                .hasSize(PARTITIONS / 2);
        awaitReplicas();
        assertThat(partitionsOn(host(0, 0))).hasSize(4);
        assertThat(partitionsOn(host(1, 1))).hasSize(4);
        assertThat(count(host(0, 0), "visits_all")).isEqualTo(ROWS * PARTITIONS + written.get());
        assertThat(leftovers()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2})
    void withExactReadsACrashBetweenAnyTwoStatementsShowsNobodyAnythingWrong(long seed) {
        var random = new Random(seed);
        var run = new Run(intent(Set.of(), true));
        try (var readers = new ConstantReaders()) {
            Awaitility.await().atMost(LONG).untilAsserted(() -> {
                if (random.nextInt(4) == 0) {
                    run.crash(random.nextInt(5));
                } else {
                    run.step();
                }
                assertThat(run.phase).as(run::toString).isEqualTo(RebalancePhase.Succeeded);
            });

            assertThat(readers.wrong).as("of " + readers.reads + " reads").isEmpty();
        }
        awaitReplicas();
        assertThat(counted()).isEqualTo(Map.of("rows", (long) ROWS * PARTITIONS, "ids", (long) ROWS * PARTITIONS));
        assertThat(leftovers()).isEmpty();
    }

    @Test
    void aSwitchThatWaitsForAServerGoesOnWhenReadsMayOverlap() {
        var run = new Run(intent(Set.of(), true));
        while (run.executed.stream().noneMatch(RebalanceAction.QueueDrop.class::isInstance)) {
            run.step();
        }
        run.isListing = false;
        run.stepUntil(() -> run.current.values().stream().anyMatch(move -> move.phase() == MovePhase.Turning));
        run.step();
        assertThat(run.holds).extracting(Hold::reason).contains(HoldReason.StillInUse);

        run.intent = intent(Set.of(), false);
        run.isListing = true;
        run.toTheEnd();

        assertThat(run.phase).isEqualTo(RebalancePhase.Succeeded);
        awaitReplicas();
        assertThat(counted()).isEqualTo(Map.of("rows", (long) ROWS * PARTITIONS, "ids", (long) ROWS * PARTITIONS));
    }

    @Test
    void aReplicaThatIsAwayHoldsTheMoveBeforeAnythingIsDropped() {
        var run = new Run(intent(Set.of()));
        while (run.current.isEmpty()) {
            run.step();
        }
        try (var away = cluster.stop(host(1, 1))) {
            assertThat(away).isNotNull();
            IntStream.range(0, 20).forEach(step -> run.step());
            assertThat(run.holds).extracting(Hold::reason).contains(HoldReason.HostUnreachable);
            assertThat(run.executed).noneMatch(RebalanceAction.QueueDrop.class::isInstance);
        }
        Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> {
            run.step();
            return run.phase == RebalancePhase.Succeeded;
        });
        assertThat(counted().get("rows")).isEqualTo((long) ROWS * PARTITIONS);
    }

    @Test
    void aSourceThatRestartsWhileItsDropIsQueuedLosesNothing() {
        var run = new Run(intent(Set.of()));
        run.before = action -> !(action instanceof RebalanceAction.AttachPartition);
        while (run.executed.stream().noneMatch(RebalanceAction.QueueDrop.class::isInstance)) {
            run.step();
        }
        cluster.stop(host(0, 1)).close();
        run.before = action -> true;

        Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> {
            run.step();
            return run.phase == RebalancePhase.Succeeded;
        });

        awaitReplicas();
        assertThat(counted()).isEqualTo(Map.of("rows", (long) ROWS * PARTITIONS, "ids", (long) ROWS * PARTITIONS));
    }

    @Test
    void whatIsGivenUpLeavesNothingBehind() {
        var run = new Run(intent(Set.of()));
        while (run.current.values().stream().noneMatch(move -> move.attempts() > 0)) {
            run.step();
        }
        run.isRemoved = true;

        for (int step = 0; step < MANY_STEPS && !run.current.isEmpty(); step++) {
            run.step();
        }

        assertThat(run.current).isEmpty();
        assertThat(leftovers()).isEmpty();
        assertThat(counted().get("rows")).isEqualTo((long) ROWS * PARTITIONS);
    }

    private RebalanceIntent intent(Set<Integer> drain) {
        return intent(drain, false);
    }

    private RebalanceIntent intent(Set<Integer> drain, boolean isExact) {
        return new RebalanceIntent(
                "flights",
                "even",
                "uid",
                "flights",
                false,
                false,
                drain,
                Map.of(),
                10,
                new RebalanceIntent.Tables(List.of(DATABASE + ".*"), List.of(), List.of()),
                OptionalLong.empty(),
                2,
                Optional.empty(),
                isExact);
    }

    private Host host(int shard, int replica) {
        return new Host(cluster.layout().cluster(), shard, replica);
    }

    private void insert(Host host, int day, int rows) {
        insert(host, day, rows, day * 100_000L);
    }

    private void insert(Host host, int day, int rows, long from) {
        servers.execute(
                host,
                "INSERT INTO " + DATABASE + ".visits SELECT toDate('2020-01-" + (day < 10 ? "0" : "") + day
                        + "'), number + " + from + ", if(number % 3 = 0, NULL, toString(number)) FROM numbers(" + rows
                        + ")");
    }

    private List<String> partitionsOn(Host host) {
        return servers
                .query(
                        host,
                        "SELECT DISTINCT partition_id FROM system.parts WHERE active AND database = '" + DATABASE
                                + "' AND table = 'visits' AND partition_id < '20200120'")
                .stream()
                .map(List::getFirst)
                .toList();
    }

    private long count(Host host, String from) {
        return Long.parseLong(servers.query(host, "SELECT count() FROM " + DATABASE + "." + from)
                .getFirst()
                .getFirst());
    }

    private Map<String, Long> counted() {
        var row = servers.query(
                        host(1, 1),
                        "SELECT count(), uniqExact(id) FROM " + DATABASE + ".visits_all WHERE toDayOfMonth(day) < 20")
                .getFirst();
        return Map.of("rows", Long.parseLong(row.get(0)), "ids", Long.parseLong(row.get(1)));
    }

    private void awaitReplicas() {
        Awaitility.await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> IntStream.range(0, 2)
                .forEach(shard ->
                        assertThat(count(host(shard, 1), "visits")).isEqualTo(count(host(shard, 0), "visits"))));
    }

    private List<String> leftovers() {
        return cluster.layout().hosts().stream()
                .flatMap(host -> servers
                        .query(
                                host,
                                "SELECT name FROM system.tables WHERE database = '" + DATABASE
                                        + "' AND substring(name, 1, 6) = '_move_'")
                        .stream())
                .map(List::getFirst)
                .toList();
    }

    /** Clients of every server, who count all the time what does not change; every now and then one is slow. */
    private final class ConstantReaders implements AutoCloseable {
        private static final String EXPECTED = ROWS * PARTITIONS + "/"
                + IntStream.rangeClosed(1, PARTITIONS)
                        .mapToLong(day -> day * 100_000L * ROWS + ROWS * (ROWS - 1L) / 2)
                        .sum();
        private final AtomicBoolean isOver = new AtomicBoolean();
        private final ConcurrentLinkedQueue<String> wrong = new ConcurrentLinkedQueue<>();
        private final AtomicLong reads = new AtomicLong();
        private final List<Thread> threads = cluster.layout().hosts().stream()
                .map(host -> Thread.ofVirtual().start(() -> read(host)))
                .toList();

        private void read(Host host) {
            for (int turn = 0; !isOver.get(); turn++) {
                var seen = servers.query(host, sum(turn % 20 == 19)).getFirst();
                if (!EXPECTED.equals(seen.get(0) + "/" + seen.get(1))) {
                    wrong.add(seen.get(0) + "/" + seen.get(1) + " at " + host.name());
                }
                reads.incrementAndGet();
            }
        }

        private static String sum(boolean isSlow) {
            return "SELECT toString(count()), toString(sum(id))"
                    + (isSlow ? ", toString(sum(sleepEachRow(0.0002)))" : "") + " FROM " + DATABASE
                    + ".visits_all WHERE toDayOfMonth(day) <= " + PARTITIONS;
        }

        @Override
        public void close() {
            isOver.set(true);
            threads.forEach(thread -> {
                try {
                    thread.join();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
        }
    }

    /** A rebalance, pass by pass, as the reconciler does it. */
    private final class Run {
        private RebalanceIntent intent;
        private final List<RebalanceAction> executed = new ArrayList<>();
        private final List<String> failures = new ArrayList<>();
        private final List<Long> overlaps = new ArrayList<>();
        private ServersOfOneLife life = new ServersOfOneLife(servers);
        private Copies copies = new Copies();
        private Map<String, CurrentMove> current = new TreeMap<>();
        private RebalancePhase phase = RebalancePhase.Pending;
        private List<Hold> holds = List.of();
        private Function<RebalanceAction, Boolean> before = action -> true;
        private boolean isRemoved;
        private boolean isListing = true;
        private Set<String> listed = Set.of();
        private int done;
        private long attachedAt;

        private Run(RebalanceIntent intent) {
            this.intent = intent;
        }

        private void step() {
            pass(Integer.MAX_VALUE, true);
        }

        /** The operator ends after some actions, and its status is not written; what copies, it does no more. */
        private void crash(int actions) {
            pass(actions, false);
            life.end();
            life = new ServersOfOneLife(servers);
            copies = new Copies();
        }

        private void pass(int actions, boolean isWritten) {
            var moves = List.copyOf(current.values());
            var observed = new RebalanceObserved(
                    Optional.of(facts),
                    quiet(new HostPartsObserver(servers).observe(facts)),
                    Set.of(),
                    new MoveObserver(servers, copies, Clock.systemUTC()).observe(moves, facts),
                    Map.of(),
                    Optional.empty(),
                    readers());
            var decision = isRemoved
                    ? RebalancePlanner.planRemoval(intent, observed, moves, Instant.EPOCH)
                    : RebalancePlanner.plan(intent, observed, moves, Optional.empty(), true, Instant.EPOCH);
            var executor = new RebalanceExecutor(life, new MoveObserver(life, copies, Clock.systemUTC()), copies);
            var outcomes = new ArrayList<Outcome<RebalanceAction>>();
            for (var action : decision.plan().actions().stream().limit(actions).toList()) {
                if (!before.apply(action)) {
                    isWritten = false;
                    break;
                }
                outcomes.add(executor.execute(action, new RebalanceExecutor.Means(facts.dialect(), 0, () -> {})));
                if (outcomes.getLast() instanceof Outcome.Failed<RebalanceAction> failed) {
                    failures.add(failed.action().describe() + ": " + failed.message());
                    break;
                }
                executed.add(action);
                measure(action);
            }
            holds = decision.plan().holds();
            if (isWritten) {
                var ledger = MoveLedger.after(moves, decision, outcomes);
                done += ledger.moved().size();
                current = ledger.current().stream()
                        .collect(Collectors.toMap(move -> move.move().id(), move -> move, (a, b) -> a, TreeMap::new));
                phase = decision.phase();
            }
            list();
        }

        /** As the cluster's reconciler does it. */
        private void list() {
            var wanted = current.values().stream()
                    .flatMap(move -> move.side().hosts().stream())
                    .collect(Collectors.toSet());
            if (isListing && !wanted.equals(listed)) {
                listed = wanted;
                cluster.list(cluster.layout().hosts().stream()
                        .filter(host -> wanted.isEmpty() || wanted.contains(host.name()))
                        .collect(Collectors.toSet()));
            }
        }

        /** As they are read, but that these servers differ in their ports, not their names. */
        private Readers readers() {
            var asked = Instant.now();
            var said = facts.hosts().stream().<Readers.Reader>map(this::reader).toList();
            return new Readers(asked, Instant.now(), said);
        }

        private Readers.Reader reader(Host host) {
            try {
                var question = ReadersSql.question("flights").replace("host_name AS a", "toString(port) AS a");
                var rows = servers.query(host, question).stream()
                        .map(row -> row.getFirst().equals("lists")
                                ? List.of(
                                        "lists",
                                        cluster.hostAt(Integer.parseInt(row.get(1)))
                                                .peersDnsName())
                                : row)
                        .toList();
                return ReadersSql.read(host, rows, cluster.layout().hosts());
            } catch (ClickHouseException e) {
                return new Readers.Reader.Unknown(host, e.getMessage());
            }
        }

        private void measure(RebalanceAction action) {
            if (action instanceof RebalanceAction.AttachPartition) {
                attachedAt = System.nanoTime();
            }
            if (action instanceof RebalanceAction.StartQueue && attachedAt > 0) {
                overlaps.add((System.nanoTime() - attachedAt) / 1_000_000);
                attachedAt = 0;
            }
        }

        /** Tests do not wait until a partition was left alone for long enough. */
        private List<HostParts> quiet(List<HostParts> hosts) {
            return hosts.stream()
                    .<HostParts>map(host -> host instanceof HostParts.Known known
                            ? new HostParts.Known(
                                    known.host(),
                                    known.replicated(),
                                    known.readOnly(),
                                    known.partitions().stream()
                                            .map(partition -> new HostParts.Partition(
                                                    partition.name(),
                                                    partition.rows(),
                                                    partition.bytes(),
                                                    partition.name().partition().endsWith("20") ? 0 : 1_000))
                                            .toList(),
                                    known.busy(),
                                    known.unreplicated(),
                                    known.usedBytes(),
                                    known.freeBytes())
                            : host)
                    .toList();
        }

        @Override
        public String toString() {
            return current.values() + ", holds " + holds + ", failures " + failures;
        }

        private void toTheEnd() {
            stepUntil(() -> phase == RebalancePhase.Succeeded);
        }

        private void stepUntil(BooleanSupplier isReached) {
            Awaitility.await().pollInterval(Duration.ofMillis(10)).atMost(LONG).until(() -> {
                step();
                return isReached.getAsBoolean();
            });
        }
    }
}
