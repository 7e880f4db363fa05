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
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Against a server that answers as newer versions do: no such server runs where the tests do. */
class HostClientTest {
    private record Request(String statement, String query, String format) {}

    private final List<Request> requests = new CopyOnWriteArrayList<>();
    private final HttpClient http = PlainHttp.newClient();
    private HttpServer server;
    private HostClient client;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::answer);
        server.start();
        client = new HostClient(
                http,
                new HostDirectory.Address(
                        "http://127.0.0.1:" + server.getAddress().getPort(), "me", "secret"),
                Duration.ofSeconds(5));
    }

    @AfterEach
    void stop() {
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

    private void answer(HttpExchange exchange) throws IOException {
        var statement = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        requests.add(new Request(
                statement,
                exchange.getRequestURI().getQuery(),
                exchange.getRequestHeaders().getFirst("X-ClickHouse-Format")));
        boolean isRefused = statement.equals("TOO MANY");
        var body = (isRefused
                        ? "Code: 202. DB::Exception: Too many simultaneous queries. (TOO_MANY_SIMULTANEOUS_QUERIES)\n"
                        : statement.contains("version()") ? "26.3.1.1\n" : "1\n")
                .getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().add("X-ClickHouse-Format", "TabSeparated");
        if (isRefused) {
            exchange.getResponseHeaders().add("X-ClickHouse-Exception-Code", "202");
        }
        exchange.sendResponseHeaders(isRefused ? 500 : 200, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }
}
