package io.shardwright.clickhouse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.shardwright.testing.RealServers;
import io.shardwright.topology.Host;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HttpServersIT {
    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    private final RealServers real = RealServers.shared();
    private final Host host = real.layout().hosts().getFirst();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final HttpServers servers = new HttpServers(real.directory(), TIMEOUT, meters);

    @AfterEach
    void close() {
        servers.close();
    }

    @Test
    void returnsRowsAsText() {
        assertThat(servers.query(host, "SELECT 1, 'a\\tb\\nc\\\\d\\'e', NULL, '' UNION ALL SELECT 2, 'é', NULL, 'x'"))
                .containsExactlyInAnyOrder(
                        Arrays.asList("1", "a\tb\nc\\d'e", null, ""), Arrays.asList("2", "é", null, "x"));
    }

    @Test
    void tellsWhetherAServerIsUpByItsAddress() throws IOException {
        var url = URI.create(real.directory().addressOf(host).url());
        assertThat(servers.isUp(url.getHost(), url.getPort())).isTrue();

        int unused;
        try (var socket = new ServerSocket(0)) {
            unused = socket.getLocalPort();
        }
        assertThat(servers.isUp(url.getHost(), unused)).isFalse();
    }

    @Test
    void anEmptyAnswerHasNoRowsAndAnEmptyStringIsOne() {
        assertThat(servers.query(host, "SELECT name FROM system.databases WHERE 0"))
                .isEmpty();
        assertThat(servers.query(host, "SELECT ''")).containsExactly(List.of(""));
    }

    @Test
    void tellsTheServersCodeAndWords() {
        var refused = catchThrowableOfType(
                ClickHouseException.class,
                () -> servers.execute(host, "CREATE TABLE default.x (a NoSuchType) ENGINE = Log"));

        assertThat(refused.code()).isEqualTo(50);
        assertThat(refused.isNoAnswer()).isFalse();
        assertThat(refused).hasMessageContaining("Unknown data type family: NoSuchType");
        assertThat(refused.getMessage()).doesNotContain("displayText", "DB::Exception", RealServers.PASSWORD);
    }

    @Test
    void anErrorInTheMiddleOfAnAnswerIsAnError() {
        var failed = catchThrowableOfType(
                ClickHouseException.class,
                () -> servers.query(
                        host,
                        "SELECT number, toString(throwIf(number = 3000000)) FROM (SELECT number FROM system.numbers"
                                + " LIMIT 3000001)"));

        assertThat(failed.isNoAnswer()).isFalse();
    }

    @Test
    void aWrongPasswordIsRefusedWithoutBeingTold() {
        HostDirectory wrong = any ->
                new HostDirectory.Address(real.directory().addressOf(any).url(), RealServers.USER, "wrong-secret");
        try (var locked = new HttpServers(wrong, TIMEOUT, meters)) {
            var refused = catchThrowableOfType(ClickHouseException.class, () -> locked.query(host, "SELECT 1"));

            assertThat(refused.code()).isEqualTo(193);
            assertThat(refused.toString()).doesNotContain("wrong-secret");
        }
    }

    @Test
    void aHostThatIsNotThereGivesNoAnswer() {
        var nowhere = new Host(host.cluster(), 99, 0);

        var failed = catchThrowableOfType(ClickHouseException.class, () -> servers.query(nowhere, "SELECT 1"));

        assertThat(failed.isNoAnswer()).isTrue();
        assertThat(failed).hasMessageContaining("refused");
    }

    @Test
    void doesNotWaitForeverForASilentServer() {
        try (var impatient = new HttpServers(real.directory(), Duration.ofMillis(300), meters)) {
            assertThatThrownBy(() -> impatient.query(host, "SELECT sleep(3)"))
                    .isInstanceOfSatisfying(ClickHouseException.class, e -> assertThat(e.isNoAnswer())
                            .isTrue());
        }
    }

    @Test
    void neverRunsAStatementTwice() {
        servers.execute(host, "CREATE DATABASE IF NOT EXISTS http_it");
        servers.execute(host, "DROP TABLE IF EXISTS http_it.once");
        servers.execute(host, "CREATE TABLE http_it.once (x UInt8) ENGINE = Log");
        try (var impatient = new HttpServers(real.directory(), Duration.ofMillis(300), meters)) {
            assertThatThrownBy(() -> impatient.execute(host, "INSERT INTO http_it.once SELECT sleep(1)"))
                    .isInstanceOf(ClickHouseException.class);
        }

        await().untilAsserted(() -> assertThat(servers.query(host, "SELECT count() FROM http_it.once"))
                .containsExactly(List.of("1")));
        servers.execute(host, "DROP DATABASE http_it");
    }

    @Test
    void serves200VirtualThreadsAtOnce() throws Exception {
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            var answers = IntStream.range(0, 200)
                    .mapToObj(i -> executor.submit(() -> servers.query(host, "SELECT " + i)))
                    .toList();
            for (int i = 0; i < answers.size(); i++) {
                assertThat(answers.get(i).get()).containsExactly(List.of(Integer.toString(i)));
            }
        }
    }

    @Test
    void answersAgainAfterTheServerCameBack() {
        servers.query(host, "SELECT 1");
        try (var _ = real.stop(host)) {
            assertThatThrownBy(() -> servers.query(host, "SELECT 1")).isInstanceOf(ClickHouseException.class);
        }
        assertThat(servers.query(host, "SELECT 1")).hasSize(1);
    }

    @Test
    void countsCallsByOutcome() {
        servers.query(host, "SELECT 1");
        assertThatThrownBy(() -> servers.query(host, "SELEC")).isInstanceOf(ClickHouseException.class);
        assertThatThrownBy(() -> servers.query(new Host(host.cluster(), 99, 0), "SELECT 1"))
                .isInstanceOf(ClickHouseException.class);

        for (var outcome : List.of("ok", "refused", "no-answer")) {
            assertThat(meters.counter("shardwright.clickhouse.calls", "outcome", outcome)
                            .count())
                    .as(outcome)
                    .isEqualTo(1);
        }
        assertThat(meters.timer("shardwright.clickhouse.call.duration").count()).isEqualTo(3);
    }

    @Test
    void theSnapshotOfARealHostKnowsItsClusterAndVersion() {
        var snapshot = HostSnapshot.parse(servers.query(host, HostSnapshot.SQL));

        assertThat(snapshot.version()).isEqualTo("18.16.1");
        assertThat(snapshot.clusterNodes())
                .filteredOn(node -> node.cluster().equals("flights"))
                .extracting(HostSnapshot.ClusterNode::shardNum, HostSnapshot.ClusterNode::replicaNum)
                .containsExactlyInAnyOrder(tuple(1, 1), tuple(1, 2), tuple(2, 1), tuple(2, 2));
        assertThat(snapshot.databases()).contains("default", "system");
        assertThat(snapshot.readOnlyReplicas()).isEmpty();
    }

    @Test
    void aRealServerReadsEveryQuotedTextAsItWas() {
        var random = new Random(2);
        var texts = IntStream.range(0, 300)
                .mapToObj(i -> SqlTest.randomText(random))
                .toList();
        var literals = texts.stream().map(Sql::literal).collect(Collectors.joining(", "));

        assertThat(servers.query(host, "SELECT arrayJoin([" + literals + "])"))
                .isEqualTo(texts.stream().map(List::of).toList());
    }

    @Test
    void aRealServerReadsEveryQuotedNameAsItWas() {
        var random = new Random(3);
        for (int i = 0; i < 50; i++) {
            var name = "n" + SqlTest.randomText(random);
            assertThat(servers.query(
                            host,
                            "SELECT " + Sql.identifier(name) + " FROM (SELECT 1 AS " + Sql.identifier(name) + ")"))
                    .as(name)
                    .containsExactly(List.of("1"));
        }
    }
}
