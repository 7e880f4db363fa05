package io.shardwright.clickhouse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Against a server that answers as newer versions do, or as none should: no such server runs where the tests do. */
class HostClientTest {
    private record Request(String statement, String query, String format) {
        Map<String, String> parameters() {
            return Arrays.stream(query.split("&"))
                    .map(parameter -> parameter.split("=", 2))
                    .collect(Collectors.toMap(parts -> parts[0], parts -> parts[1]));
        }
    }

    private final List<Request> requests = new CopyOnWriteArrayList<>();
    private final HttpClient http = PlainHttp.newClient();
    private final CountDownLatch release = new CountDownLatch(1);
    private final AtomicInteger looks = new AtomicInteger();
    private final AtomicInteger waiting = new AtomicInteger();
    private final AtomicInteger most = new AtomicInteger();
    private volatile String version = "26.3.1.1";
    private HttpServer server;
    private HostClient client;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::answer);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.start();
        client = new HostClient(
                http,
                new HostDirectory.Address(
                        "http://127.0.0.1:" + server.getAddress().getPort(), "me", "secret"),
                new Patience(Duration.ofMinutes(1), Duration.ofMillis(200)));
    }

    @AfterEach
    void stop() {
        release.countDown();
        client.close();
        http.shutdownNow();
        server.stop(0);
    }

    @Test
    void saysTheFormatInTheRequestAndWaitsForTheEndOfTheQuery() {
        assertThat(client.send("SELECT 1 FORMAT TabSeparated", Map.of())).isEqualTo("1\n");

        assertThat(requests).hasSize(2).allSatisfy(request -> assertThat(request.query())
                .contains("wait_end_of_query=1")
                .doesNotContain("compress=1", "secret"));
        assertThat(requests.getLast().format()).isEqualTo("TabSeparated");
    }

    @Test
    void asksForTheVersionOnce() {
        client.send("SELECT 1", Map.of());
        client.send("SELECT 1", Map.of());

        assertThat(requests)
                .filteredOn(request -> request.statement().contains("version()"))
                .hasSize(1);
    }

    @Test
    void readsTheCodeAndTheWordsOfARefusalAndSendsNothingTwice() {
        var refused = catchThrowableOfType(ClickHouseException.class, () -> client.send("TOO MANY", Map.of()));

        assertThat(refused.code()).isEqualTo(202);
        assertThat(refused).hasMessageContaining("Too many simultaneous queries");
        assertThat(requests)
                .filteredOn(request -> request.statement().equals("TOO MANY"))
                .hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"26.3.1.1", "18.16.1"})
    void doesNotWaitForAStatementThatTheServerDoesNotRun(String version) {
        this.version = version;

        var lost = catchThrowableOfType(ClickHouseException.class, () -> client.send("SILENT", Map.of()));

        assertThat(lost.isNoAnswer()).isTrue();
        assertThat(lost).hasMessageContaining("does not run the statement any more");
    }

    @ParameterizedTest
    @ValueSource(strings = {"26.3.1.1", "18.16.1"})
    void waitsAsLongAsTheServerRunsTheStatement(String version) {
        this.version = version;

        assertThat(client.send("LONG", Map.of())).isEqualTo("1\n");

        var ids = requests.stream()
                .filter(request -> request.statement().contains("system.processes"))
                .map(Request::statement)
                .toList();
        assertThat(ids).hasSizeGreaterThanOrEqualTo(4).containsOnly(ids.getFirst());
        assertThat(requests)
                .filteredOn(request -> request.statement().equals("LONG"))
                .singleElement()
                .satisfies(request ->
                        assertThat(ids.getFirst()).contains(request.parameters().get("query_id")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"26.3.1.1", "18.16.1"})
    void sendsNoMoreAtOnceThanAServerTakes(String version) {
        this.version = version;

        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            var answers = Stream.generate(() -> executor.submit(() -> client.send("LONG", Map.of())))
                    .limit(200)
                    .toList();

            assertThat(answers).allSatisfy(answer -> assertThat(answer.get()).isEqualTo("1\n"));
        }
        assertThat(most).hasValueLessThanOrEqualTo(HostClient.AT_ONCE);
    }

    @Test
    void doesNotWaitForAServerThatAnswersNothing() {
        client.send("SELECT 1", Map.of());

        var lost = catchThrowableOfType(ClickHouseException.class, () -> client.send("ALL SILENT", Map.of()));

        assertThat(lost.isNoAnswer()).isTrue();
    }

    private void answer(HttpExchange exchange) throws IOException {
        var statement = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        requests.add(new Request(
                statement,
                exchange.getRequestURI().getQuery(),
                exchange.getRequestHeaders().getFirst("X-ClickHouse-Format")));
        boolean isRefused = statement.equals("TOO MANY");
        boolean isLook = statement.contains("system.processes");
        if (isLook && looks.incrementAndGet() == 4) {
            release.countDown();
        }
        boolean isSilenced = requests.stream().map(Request::statement).anyMatch("ALL SILENT"::equals);
        if (isSilenced || Set.of("SILENT", "LONG").contains(statement)) {
            awaitRelease();
        }
        boolean isRun = requests.stream().map(Request::statement).anyMatch("LONG"::equals);
        var body = (isRefused
                        ? "Code: 202. DB::Exception: Too many simultaneous queries. (TOO_MANY_SIMULTANEOUS_QUERIES)\n"
                        : isLook && !isRun ? "0\n" : statement.contains("version()") ? version + "\n" : "1\n")
                .getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().add("X-ClickHouse-Format", "TabSeparated");
        if (isRefused) {
            exchange.getResponseHeaders().add("X-ClickHouse-Exception-Code", "202");
        }
        exchange.sendResponseHeaders(isRefused ? 500 : 200, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    private void awaitRelease() {
        most.accumulateAndGet(waiting.incrementAndGet(), Math::max);
        try {
            release.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            waiting.decrementAndGet();
        }
    }
}
