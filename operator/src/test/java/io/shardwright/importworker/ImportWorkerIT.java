package io.shardwright.importworker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.shardwright.clickhouse.HttpServers;
import io.shardwright.clickhouse.Sql;
import io.shardwright.crds.ImportCompression;
import io.shardwright.crds.ImportFormat;
import io.shardwright.importspec.ImportJson;
import io.shardwright.importspec.ImportSpec;
import io.shardwright.importspec.StagingNames;
import io.shardwright.importspec.TargetTable;
import io.shardwright.importspec.TargetTable.Column;
import io.shardwright.importspec.WorkerReport;
import io.shardwright.testing.RealServers;
import io.shardwright.topology.Host;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The worker against real servers, two shards of them. */
class ImportWorkerIT {
    private static final String DATABASE = "import_worker_it";
    private static final Path FLIGHTS = Path.of("..", "examples", "flights", "data", "flights.csv.gz");
    private static final List<Column> COLUMNS = columns(
            "year UInt16, month UInt8, day UInt8, dep_time Nullable(UInt16),"
                    + " sched_dep_time UInt16, dep_delay Nullable(Int16), arr_time Nullable(UInt16), sched_arr_time UInt16,"
                    + " arr_delay Nullable(Int16), carrier String, flight UInt16, tailnum Nullable(String), origin String,"
                    + " dest String, air_time Nullable(UInt16), distance UInt16, hour UInt8, minute UInt8, time_hour DateTime");

    private final RealServers cluster = RealServers.shared();
    private final Host first = new Host(cluster.layout().cluster(), 0, 0);
    private final Host second = new Host(cluster.layout().cluster(), 1, 0);
    private final HttpServers servers =
            new HttpServers(cluster.directory(), Duration.ofSeconds(60), new SimpleMeterRegistry());
    private final FileServer files = new FileServer();
    private final StagingNames staging = new StagingNames("it");

    @BeforeEach
    void createTarget() {
        for (var host : List.of(first, second)) {
            servers.execute(host, "CREATE DATABASE IF NOT EXISTS " + DATABASE);
            servers.execute(host, "DROP TABLE IF EXISTS " + DATABASE + ".flights");
            servers.execute(host, createSql("flights", COLUMNS));
        }
    }

    @AfterEach
    void end() {
        files.close();
        servers.execute(first, "DROP DATABASE " + DATABASE);
        servers.execute(second, "DROP DATABASE " + DATABASE);
        servers.close();
    }

    @Test
    void everyRealFlightGoesToTheShardOfItsKey() throws IOException {
        var url = files.serve("flights.csv.gz", Files.readAllBytes(FLIGHTS));

        var report = run("a", spec(List.of(url)));

        assertThat(report.rows()).isEqualTo(336_776);
        assertThat(report.shardRows()).containsExactly(166_056L, 170_720L);
        assertThat(report.bytes()).isEqualTo(Files.size(FLIGHTS));
        assertThat(count(first)).isEqualTo(166_056);
        assertThat(count(second)).isEqualTo(170_720);
        assertThat(sum("count() - count(dep_delay)")).isEqualTo(8_255);
        assertThat(sum("sum(distance)")).isEqualTo(350_217_607);
        assertThat(servers.query(first, "SELECT min(toUnixTimestamp(time_hour)) FROM " + staged()))
                .containsExactly(List.of("1357034400"));
        assertThat(servers.query(first, "SELECT countIf(cityHash64(ifNull(tailnum, '')) % 2 != 0) FROM " + staged()))
                .containsExactly(List.of("0"));
    }

    @Test
    void negativeKeysGoWhereADistributedTableWouldSendThem() throws IOException {
        var columns = columns("k Int8, e Enum8('a' = 1, 'b' = 2)");
        for (var host : List.of(first, second)) {
            servers.execute(host, createSql("keys", columns));
        }
        var url = files.serve("keys.csv", "k,e\n-1,a\n-2,b\n3,a\n-128,b\n");
        var shards = IntStream.range(0, 7)
                .mapToObj(index -> shard(index, index % 2 == 0 ? first : second))
                .toList();

        var report = run("a", spec("keys", columns, "if(e = 'a', k, k)", List.of(url), "k", shards));

        assertThat(report.shardRows())
                .as("as UInt8: 255, 254, 3 and 128, modulo 7")
                .containsExactly(0L, 0L, 2L, 2L, 0L, 0L, 0L);
    }

    @Test
    void aMalformedRowIsNamedByItsLineAndTheServersWords() {
        var csv = new StringBuilder("year,month,tailnum,carrier\n");
        for (int row = 0; row < 5_000; row++) {
            csv.append(row == 3_210 ? "oops" : "2013")
                    .append(",1,N")
                    .append(row)
                    .append(",UA\n");
        }
        var url = files.serve("broken.csv", csv.toString());

        assertThatThrownBy(() -> run("a", spec(List.of(url))))
                .isInstanceOfSatisfying(RefusedException.class, refused -> {
                    assertThat(refused.file()).contains(url);
                    assertThat(refused.line()).hasValue(3_212);
                    assertThat(refused.getMessage())
                            .contains("column year (UInt16)")
                            .contains("oops")
                            .contains("Cannot parse input");
                });
        assertThat(List.of(count(first), count(second)))
                .as("the other shard's rows may be in")
                .contains(0L);
    }

    @Test
    void aHeaderThatNamesAColumnTheTableDoesNotHaveIsRefusedBeforeAnyRowIsStaged() {
        var url = files.serve("header.csv", "year,month,gate\n2013,1,B22\n");

        assertThatThrownBy(() -> run("a", spec(List.of(url))))
                .isInstanceOfSatisfying(RefusedException.class, refused -> {
                    assertThat(refused.file()).contains(url);
                    assertThat(refused.line()).hasValue(1);
                    assertThat(refused).hasMessageContaining("table " + DATABASE + ".flights has no column \"gate\"");
                });
        assertThat(count(first) + count(second)).isZero();
    }

    @Test
    void aMissingFileIsRefusedBeforeAnythingIsStaged() {
        var there = files.serve("there.csv", "year,tailnum\n2013,N1\n");

        assertThatThrownBy(() -> run("a", spec(List.of(there, files.url("absent.csv")))))
                .isInstanceOf(RefusedException.class)
                .hasMessageContaining("404");
        assertThat(stagingTables()).isEmpty();
    }

    @Test
    void aConnectionThatBreaksIsWorthAnotherAttemptWhichStartsFromNothing() throws IOException {
        var url = files.serve("flights.csv.gz", Files.readAllBytes(FLIGHTS));
        var spec = spec(List.of(url));
        files.breakAfter(3_000_000);

        assertThatThrownBy(() -> run("a", spec)).isInstanceOf(IOException.class);

        files.breakAfter(Long.MAX_VALUE);
        assertThat(run("b", spec).rows()).isEqualTo(336_776);
        assertThat(count(first) + count(second)).as("rows of attempt a").isLessThan(336_776);
        assertThat(Long.parseLong(servers.query(first, "SELECT count() FROM " + DATABASE + "." + staging.attempt("b"))
                        .getFirst()
                        .getFirst()))
                .isEqualTo(166_056);
    }

    @Test
    void aFileThatIsCutOffIsDamagedAndRefused() throws IOException {
        var whole = Files.readAllBytes(FLIGHTS);
        var url = files.serve("cut.csv.gz", Arrays.copyOf(whole, whole.length / 2));

        assertThatThrownBy(() -> run("a", spec(List.of(url))))
                .isInstanceOf(RefusedException.class)
                .hasMessageContaining("the file is damaged");
    }

    @Test
    void gzipFilesOfSeveralMembersAreReadToTheirEnd() throws IOException {
        var content = new ByteArrayOutputStream();
        content.write(gzip("year,tailnum\n2013,N1\n"));
        content.write(gzip("2014,N2\n"));
        var url = files.serve("members.csv.gz", content.toByteArray());

        assertThat(run("a", spec(List.of(url))).rows()).isEqualTo(2);
    }

    @Test
    void theCommandLeavesItsLastWordsAndItsExitCode() throws IOException {
        var directory = Files.createTempDirectory("worker");
        var url = files.serve("flights.csv.gz", Files.readAllBytes(FLIGHTS));
        var command = new ImportWorkerCommand(
                Map.of("SHARDWRIGHT_ATTEMPT", "flights-2013-x7k2p", "SHARDWRIGHT_PASSWORD", RealServers.PASSWORD));
        command.spec = Files.writeString(directory.resolve("spec.json"), ImportJson.write(spec(List.of(url))));
        command.terminationLog = directory.resolve("termination-log");
        command.port = 0;

        assertThat(command.call()).isZero();

        var report = ImportJson.read(Files.readString(command.terminationLog), WorkerReport.class);
        assertThat(report.attempt()).isEqualTo("x7k2p");
        assertThat(report.shardRows()).containsExactly(166_056L, 170_720L);
        assertThat(report.failure()).isNull();
    }

    private WorkerReport run(String attempt, ImportSpec spec) throws IOException {
        try (var worker = new ImportWorker(spec, attempt, RealServers.PASSWORD, Instant.EPOCH)) {
            return worker.run();
        }
    }

    private ImportSpec spec(List<String> urls) {
        return spec(
                "flights",
                COLUMNS,
                "cityHash64(ifNull(tailnum, ''))",
                urls,
                "carrier, time_hour",
                List.of(shard(0, first), shard(1, second)));
    }

    private ImportSpec spec(
            String table,
            List<Column> columns,
            String key,
            List<String> urls,
            String order,
            List<ImportSpec.Shard> shards) {
        return new ImportSpec(
                staging,
                new TargetTable(DATABASE, table, columns, "", order, order, "", Map.of("index_granularity", "8192")),
                key,
                shards,
                RealServers.USER,
                urls,
                ImportFormat.CSVWithNames,
                ImportCompression.Auto,
                List.of("NA", ""),
                null);
    }

    private ImportSpec.Shard shard(int index, Host host) {
        return new ImportSpec.Shard(
                index, host.name(), cluster.directory().addressOf(host).url());
    }

    private String staged() {
        return DATABASE + "." + staging.attempt("a");
    }

    private long count(Host host) {
        return Long.parseLong(servers.query(host, "SELECT count() FROM " + staged())
                .getFirst()
                .getFirst());
    }

    private long sum(String expression) {
        return List.of(first, second).stream()
                .mapToLong(host -> Long.parseLong(servers.query(host, "SELECT " + expression + " FROM " + staged())
                        .getFirst()
                        .getFirst()))
                .sum();
    }

    private List<List<String>> stagingTables() {
        return servers.query(
                first,
                "SELECT name FROM system.tables WHERE database = " + Sql.literal(DATABASE)
                        + " AND name LIKE '\\\\_import\\\\_%'");
    }

    private static byte[] gzip(String text) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(bytes)) {
            gzip.write(text.getBytes(StandardCharsets.UTF_8));
        }
        return bytes.toByteArray();
    }

    private static String createSql(String table, List<Column> columns) {
        return "CREATE TABLE " + DATABASE + "." + table + " ("
                + String.join(
                        ", ",
                        columns.stream()
                                .map(column -> column.name() + " " + column.type())
                                .toList())
                + ") ENGINE = MergeTree ORDER BY "
                + (table.equals("flights")
                        ? "(carrier, time_hour)"
                        : columns.getFirst().name());
    }

    private static List<Column> columns(String declaration) {
        return Arrays.stream(declaration.split(", (?=[a-z])"))
                .map(column -> column.split(" ", 2))
                .map(column -> new Column(column[0], column[1], "", ""))
                .toList();
    }
}
