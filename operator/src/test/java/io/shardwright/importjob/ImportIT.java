package io.shardwright.importjob;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.shardwright.clickhouse.Dialect;
import io.shardwright.clickhouse.HttpServers;
import io.shardwright.crds.ImportCompression;
import io.shardwright.crds.ImportFormat;
import io.shardwright.crds.ImportPhase;
import io.shardwright.importjob.ImportObserved.Begun;
import io.shardwright.importjob.ImportObserved.Target;
import io.shardwright.importjob.ImportObserved.Worker;
import io.shardwright.importspec.ImportJson;
import io.shardwright.importspec.ImportSpec;
import io.shardwright.importspec.StagingNames;
import io.shardwright.importspec.TargetTable;
import io.shardwright.importspec.TargetTableSql;
import io.shardwright.importspec.WorkerReport;
import io.shardwright.importworker.FileServer;
import io.shardwright.importworker.ImportWorkerCommand;
import io.shardwright.plan.Hold;
import io.shardwright.plan.HoldReason;
import io.shardwright.testing.NoKubernetes;
import io.shardwright.testing.RealServers;
import io.shardwright.topology.Host;
import io.shardwright.topology.Owners;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** Real flights through the real worker, and the publish step on real servers: planner, observer and executor as they are. */
class ImportIT {
    private static final String DATABASE = "import_it";
    private static final Path FLIGHTS = Path.of("..", "examples", "flights", "data", "flights.csv.gz");
    private static final String COLUMNS = "year UInt16, month UInt8, day UInt8, dep_time Nullable(UInt16),"
            + " sched_dep_time UInt16, dep_delay Nullable(Int16), arr_time Nullable(UInt16), sched_arr_time UInt16,"
            + " arr_delay Nullable(Int16), carrier String, flight UInt16, tailnum Nullable(String), origin String,"
            + " dest String, air_time Nullable(UInt16), distance UInt16, hour UInt8, minute UInt8, time_hour DateTime";
    private static final int MANY_STEPS = 200;

    private final RealServers cluster = RealServers.shared();
    private final List<Host> publishing = IntStream.range(0, 2)
            .mapToObj(shard -> new Host(cluster.layout().cluster(), shard, 0))
            .toList();
    private final HttpServers servers =
            new HttpServers(cluster.directory(), Duration.ofSeconds(60), new SimpleMeterRegistry());
    private final FileServer files = new FileServer();
    private final ImportExecutor executor = new ImportExecutor(servers, new NoKubernetes());

    @BeforeEach
    void createTable() {
        for (var host : cluster.layout().hosts()) {
            servers.execute(host, "CREATE DATABASE IF NOT EXISTS " + DATABASE);
            servers.execute(
                    host,
                    "CREATE TABLE " + DATABASE + ".flights (" + COLUMNS
                            + ") ENGINE = ReplicatedMergeTree('/tables/{shard}/import_it/flights', '{replica}')"
                            + " PARTITION BY toYYYYMM(time_hour) ORDER BY (carrier, time_hour)"
                            + " SETTINGS index_granularity = 8192, cleanup_delay_period = 1,"
                            + " cleanup_delay_period_random_add = 0");
        }
    }

    @AfterEach
    void dropTable() {
        files.close();
        cluster.layout().hosts().forEach(host -> servers.execute(host, "DROP DATABASE " + DATABASE));
        servers.close();
    }

    @Test
    void everyRealFlightIsInTheTableOnceAndOnEveryReplica() throws IOException {
        var run = load("whole");

        run.toTheEnd();

        assertThat(run.phase).isEqualTo(ImportPhase.Succeeded);
        assertThat(count(publishing.get(0))).isEqualTo(166_056);
        assertThat(count(publishing.get(1))).isEqualTo(170_720);
        assertThat(sum("sum(distance)")).isEqualTo(350_217_607);
        assertThat(sum("count() - count(dep_delay)")).isEqualTo(8_255);
        Awaitility.await()
                .untilAsserted(() -> assertThat(count(new Host(cluster.layout().cluster(), 0, 1)))
                        .isEqualTo(166_056));
        run.tidyUp();
        assertThat(run.tables()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void aCrashBetweenAnyTwoStatementsLosesNothingAndDoublesNothing(long seed) throws IOException {
        var random = new Random(seed);
        var run = load("crashes");

        for (int step = 0; step < MANY_STEPS && run.phase != ImportPhase.Succeeded; step++) {
            run.step(random.nextInt(4));
            if (random.nextInt(5) == 0) {
                mergeTable();
            }
        }

        assertThat(run.phase).isEqualTo(ImportPhase.Succeeded);
        assertThat(sum("count()")).isEqualTo(336_776);
        assertThat(sum("sum(distance)")).isEqualTo(350_217_607);
    }

    @Test
    void nothingIsAttachedBeforePublishingIsWritten() throws IOException {
        var run = load("order");

        while (run.phase != ImportPhase.Publishing) {
            run.step(Integer.MAX_VALUE);
            assertThat(sum("count()")).isZero();
        }
    }

    @Test
    void theSameFileOnceMoreFailsAndSaysWhyInsteadOfSilentlyAddingNothing() throws IOException {
        load("first").toTheEnd();
        var second = load("second");

        second.toTheEnd();

        assertThat(second.phase).isEqualTo(ImportPhase.Failed);
        assertThat(second.failure).contains("the very same rows were published").contains("201301");
        assertThat(sum("count()")).isEqualTo(336_776);
        second.tidyUp();
        assertThat(second.tables()).isEmpty();
    }

    @Test
    void whatTheTableForgotIsHeldInsteadOfAttachedAgain() throws IOException {
        var run = load("forgotten");
        while (run.phase != ImportPhase.Publishing) {
            run.step(Integer.MAX_VALUE);
        }
        run.step(1);
        assertThat(sum("count()"))
                .as("a partition is attached, and nobody knows")
                .isPositive();
        insertMoreThanTheTableRemembers();

        var holds = run.step(Integer.MAX_VALUE);

        assertThat(holds).extracting(Hold::reason).contains(HoldReason.RowsAlreadyPresent);
        run.toTheEnd();
        assertThat(servers.query(
                        publishing.getFirst(), "SELECT count() FROM " + DATABASE + ".flights WHERE year = 2013"))
                .as("not doubled")
                .satisfies(rows ->
                        assertThat(Long.parseLong(rows.getFirst().getFirst())).isLessThanOrEqualTo(166_056));
    }

    @Test
    void aHostThatIsAwayHoldsThePublishingUntilItIsBack() throws IOException {
        var run = load("away");
        while (run.phase != ImportPhase.Publishing) {
            run.step(Integer.MAX_VALUE);
        }
        try (var away = cluster.stop(publishing.get(1))) {
            assertThat(away).isNotNull();
            assertThat(run.step(Integer.MAX_VALUE)).extracting(Hold::reason).contains(HoldReason.HostUnreachable);
        }
        Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(500))
                .until(() -> {
                    run.step(Integer.MAX_VALUE);
                    return run.phase == ImportPhase.Succeeded;
                });
        assertThat(sum("count()")).isEqualTo(336_776);
    }

    @Test
    void rowsThatAreMissingFromStagingAreLoadedAgainInsteadOfPublished() throws IOException {
        var run = load("lost");
        run.step(Integer.MAX_VALUE);
        servers.execute(
                publishing.getFirst(),
                "ALTER TABLE " + DATABASE + "." + run.spec.staging().complete() + " DROP PARTITION ID '201306'");

        run.step(Integer.MAX_VALUE);
        run.step(Integer.MAX_VALUE);

        assertThat(run.phase).isEqualTo(ImportPhase.Loading);
        assertThat(run.tables()).isEmpty();
        assertThat(sum("count()")).isZero();
    }

    private void mergeTable() {
        publishing.forEach(
                host -> servers.query(host, "SELECT name FROM system.parts WHERE table = 'flights' LIMIT 1"));
        var leader = publishing.getFirst();
        if (servers.query(leader, "SELECT 1 FROM system.replicas WHERE table = 'flights' AND is_leader")
                .isEmpty()) {
            leader = new Host(cluster.layout().cluster(), 0, 1);
        }
        servers.execute(leader, "OPTIMIZE TABLE " + DATABASE + ".flights");
    }

    private void insertMoreThanTheTableRemembers() {
        for (var host : publishing) {
            for (int i = 0; i < 150; i++) {
                servers.execute(
                        host,
                        "INSERT INTO " + DATABASE + ".flights (year, flight, time_hour) VALUES (1, " + i
                                + ", '2000-01-01 00:00:00')");
            }
        }
        Awaitility.await().atMost(Duration.ofMinutes(2)).untilAsserted(() -> assertThat(publishing)
                .allSatisfy(host -> assertThat(servers.query(
                                host,
                                "SELECT name FROM system.zookeeper WHERE path = '/tables/" + host.shard()
                                        + "/import_it/flights/blocks' AND name LIKE '%replace%'"))
                        .isEmpty()));
    }

    private long count(Host host) {
        return Long.parseLong(servers.query(host, "SELECT count() FROM " + DATABASE + ".flights")
                .getFirst()
                .getFirst());
    }

    private long sum(String expression) {
        return publishing.stream()
                .mapToLong(host ->
                        Long.parseLong(servers.query(host, "SELECT " + expression + " FROM " + DATABASE + ".flights")
                                .getFirst()
                                .getFirst()))
                .sum();
    }

    /** Runs the real worker to its end. */
    private Run load(String id) throws IOException {
        var url = files.serve("flights.csv.gz", Files.readAllBytes(FLIGHTS));
        var host = publishing.getFirst();
        var target = TargetTableSql.read(
                        DATABASE,
                        "flights",
                        servers.query(host, TargetTableSql.table(DATABASE, "flights")),
                        servers.query(host, TargetTableSql.columns(DATABASE, "flights")))
                .orElseThrow();
        var spec = spec(id, target, url);
        var directory = Files.createTempDirectory("import");
        var log = directory.resolve("termination-log");
        var environment = Map.of("SHARDWRIGHT_ATTEMPT", "job-abcde", "SHARDWRIGHT_PASSWORD", RealServers.PASSWORD);
        int exitCode = new CommandLine(new ImportWorkerCommand(environment))
                .execute(
                        "--spec",
                        Files.writeString(directory.resolve("spec.json"), ImportJson.write(spec))
                                .toString(),
                        "--termination-log",
                        log.toString(),
                        "--port",
                        "0");
        assertThat(exitCode).isZero();
        return new Run(spec, ImportJson.read(Files.readString(log), WorkerReport.class));
    }

    private ImportSpec spec(String id, TargetTable target, String url) {
        return new ImportSpec(
                new StagingNames(id),
                target,
                "cityHash64(ifNull(tailnum, ''))",
                publishing.stream()
                        .map(host -> new ImportSpec.Shard(
                                host.shard(),
                                host.name(),
                                cluster.directory().addressOf(host).url()))
                        .toList(),
                RealServers.USER,
                List.of(url),
                ImportFormat.CSVWithNames,
                ImportCompression.Auto,
                List.of("NA", ""),
                null);
    }

    /** One import whose worker has ended well. */
    private final class Run {
        private final ImportSpec spec;
        private final WorkerReport report;
        private final ImportIntent intent;
        private final Begun begun;
        private ImportPhase phase = ImportPhase.Loading;
        private String failure = "";

        private Run(ImportSpec spec, WorkerReport report) {
            this.spec = spec;
            this.report = report;
            this.begun = new Begun(spec, cluster.layout().cluster(), Dialect.of("18.16.1"), List.of(), false);
            this.intent = new ImportIntent(
                    "flights",
                    spec.staging().id(),
                    Owners.of("ImportJob", spec.staging().id(), "uid"),
                    spec.staging(),
                    "flights",
                    spec.urls(),
                    spec.format(),
                    spec.compression(),
                    spec.nullTexts(),
                    Optional.empty(),
                    0);
        }

        /** One pass, cut off after some actions. */
        private List<Hold> step(int actions) {
            var decision = ImportPlanner.plan(intent, observe(), "image");
            decision.plan().actions().stream().limit(actions).forEach(executor::execute);
            phase = decision.phase();
            decision.failure().ifPresent(why -> failure = why.message());
            return decision.plan().holds();
        }

        private void toTheEnd() {
            for (int step = 0;
                    step < MANY_STEPS && phase != ImportPhase.Succeeded && phase != ImportPhase.Failed;
                    step++) {
                step(Integer.MAX_VALUE);
            }
        }

        private void tidyUp() {
            step(Integer.MAX_VALUE);
            assertThat(ImportPlanner.plan(intent, observe(), "image").isTidy()).isTrue();
        }

        private List<String> tables() {
            return publishing.stream()
                    .flatMap(host -> servers.query(host, StagingStateSql.tables(spec)).stream())
                    .map(List::getFirst)
                    .toList();
        }

        private ImportObserved observe() {
            return new ImportObserved(
                    phase,
                    false,
                    new Target.NotAsked(),
                    Optional.of(begun),
                    new Worker.Done(report),
                    new StagingObserver(servers).observe(begun),
                    Optional.empty());
        }
    }
}
