package io.shardwright.clickhouse;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.shardwright.topology.Host;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * Speaks to hosts over HTTP. Any number of threads, virtual ones too, may use it at once.
 *
 * <p>A host's connections are kept while they are used, and closed when they were not for some minutes or when the host's
 * address or password changed.
 */
public final class HttpServers implements Servers, AutoCloseable {
    private static final Duration UNUSED = Duration.ofMinutes(5);

    /** Of a server on the same network that has nothing else to do yet. */
    private static final Duration PING = Duration.ofSeconds(1);

    private final HostDirectory directory;
    private final HttpClient http = PlainHttp.newClient();
    private final HostClients clients;
    private final MeterRegistry meters;

    /** @param longest how long to wait at most for a statement that the server says it runs */
    public HttpServers(HostDirectory directory, Duration longest, MeterRegistry meters) {
        var patience = Patience.of(longest);
        this.directory = directory;
        this.clients = new HostClients(address -> new HostClient(http, address, patience), UNUSED);
        this.meters = meters;
    }

    @Override
    public List<List<String>> query(Host host, String sql) {
        return TabSeparated.parse(send(host, sql + "\nFORMAT TabSeparated", Map.of()));
    }

    @Override
    public void execute(Host host, String sql, Map<String, String> settings) {
        send(host, sql, settings);
    }

    /** Whether a server answers at an address, asked as the kubelet does: without a name that must be known, or a user. */
    public boolean isUp(String address, int port) {
        try {
            var ping = HttpRequest.newBuilder(new URI("http", null, address, port, "/ping", null, null))
                    .timeout(PING)
                    .build();
            return http.send(ping, HttpResponse.BodyHandlers.discarding()).statusCode() == HttpURLConnection.HTTP_OK;
        } catch (IOException | URISyntaxException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Closes every connection. */
    @Override
    public void close() {
        clients.close();
        http.shutdownNow();
    }

    private String send(Host host, String sql, Map<String, String> settings) {
        var started = Timer.start(meters);
        var outcome = "ok";
        try {
            return clients.with(host, directory.addressOf(host), client -> client.send(sql, settings));
        } catch (ClickHouseException e) {
            outcome = e.isNoAnswer() ? "no-answer" : "refused";
            throw e;
        } finally {
            meters.counter("shardwright.clickhouse.calls", "outcome", outcome).increment();
            started.stop(meters.timer("shardwright.clickhouse.call.duration"));
        }
    }
}
