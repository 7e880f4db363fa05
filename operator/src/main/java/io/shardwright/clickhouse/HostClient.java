package io.shardwright.clickhouse;

import com.clickhouse.client.api.Client;
import com.clickhouse.client.api.ClientConfigProperties;
import com.clickhouse.client.api.ClientFaultCause;
import com.clickhouse.client.api.ServerException;
import com.clickhouse.client.api.query.QueryResponse;
import com.clickhouse.client.api.query.QuerySettings;
import com.clickhouse.data.ClickHouseFormat;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/**
 * Sends statements to one host with clickhouse-java's client-v2. How it is set, and why:
 *
 * <ul>
 *   <li>The request names the format that the statement's FORMAT clause does: servers before 20.7 know only the clause,
 *       servers from 26.8 only the request's.
 *   <li>wait_end_of_query: the server keeps the answer back until it is complete, so that an error in the middle comes as an
 *       error and not as a short answer with status 200.
 *   <li>Nothing is tried again: a statement that got no answer may have run.
 * </ul>
 *
 * The client finds a server's error by the header X-ClickHouse-Exception-Code. Servers before 20.3 don't send it, and the
 * client (0.9.9) then drops the error's code and text: "Unreadable error message". So a server is asked for its version
 * first, by {@link PlainHttp}, and statements to such an old one go out that way too.
 */
final class HostClient implements AutoCloseable {
    /**
     * Statements at once. A server takes up to 64 connections for which it has no thread yet (its listen_backlog, and the queue of
     * its HTTP server, which has no setting), and on a busy machine resets what is more.
     */
    static final int AT_ONCE = 32;

    private static final int BUFFER_BYTES = 16 * 1024;
    private static final int UNREADABLE = 0;

    /** Shorter than the three seconds after which 18.16 closes an idle connection, so that no request meets a closed one. */
    private static final Duration KEEP_ALIVE = Duration.ofSeconds(2);

    private final HostDirectory.Address address;
    private final Patience patience;
    private final PlainHttp plain;
    private final Semaphore places = new Semaphore(AT_ONCE);
    private volatile Boolean errorsReadable;
    private Client client;

    HostClient(HttpClient http, HostDirectory.Address address, Patience patience) {
        this.address = address;
        this.patience = patience;
        this.plain = new PlainHttp(http, address);
    }

    /**
     * Waits for its turn first, see {@link #AT_ONCE}.
     *
     * @param settings of this statement alone
     * @return the body of the answer
     * @throws ClickHouseException when the server refuses, or does not answer
     */
    String send(String sql, Map<String, String> settings) {
        try {
            places.acquire();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw ClickHouseException.noAnswer("interrupted", e);
        }
        try {
            return sendNow(sql, settings);
        } finally {
            places.release();
        }
    }

    private String sendNow(String sql, Map<String, String> settings) {
        if (errorsReadable == null) {
            errorsReadable = areErrorsReadable();
        }
        boolean byClient = errorsReadable;
        return await(
                id -> byClient ? sendByClient(sql, id, settings) : plain.send(sql, id, settings),
                patience,
                this::isRunning);
    }

    /** @param statement runs a statement by the id that it is given */
    private static String await(UnaryOperator<String> statement, Patience patience, Predicate<String> isRunning) {
        var id = UUID.randomUUID().toString();
        var answer = new FutureTask<>(() -> statement.apply(id));
        Thread.startVirtualThread(answer);
        return patience.await(answer, () -> isRunning.test(id));
    }

    /** Takes no place: who has one waits for this. */
    private boolean isRunning(String queryId) {
        var count = "SELECT count() FROM system.processes WHERE query_id = " + Sql.literal(queryId)
                + " FORMAT TabSeparated";
        var briefly = new Patience(patience.interval(), patience.interval());
        try {
            return !await(id -> plain.send(count, id, Map.of()), briefly, id -> false)
                    .strip()
                    .equals("0");
        } catch (ClickHouseException e) {
            return !e.isNoAnswer();
        }
    }

    @Override
    public synchronized void close() {
        if (client != null) {
            client.close();
            client = null;
        }
    }

    private boolean areErrorsReadable() {
        var version = await(
                        id -> plain.send("SELECT version() FORMAT TabSeparated", id, Map.of()),
                        patience,
                        this::isRunning)
                .strip();
        return Dialect.of(version).errorsHaveACodeHeader();
    }

    /** Made when first used: old servers never need it, and it keeps buffers. */
    private synchronized Client client() {
        if (client == null) {
            client = open(address, patience.longest());
        }
        return client;
    }

    @SuppressWarnings("try") // close() is declared to throw anything; what it may throw is handled below
    private String sendByClient(String sql, String queryId, Map<String, String> own) {
        var settings = new QuerySettings()
                .setQueryId(queryId)
                .setFormat(ClickHouseFormat.TabSeparated)
                .waitEndOfQuery(true);
        own.forEach(settings::serverSetting);
        try (QueryResponse response = client().query(sql, settings).get()) {
            return new String(response.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } catch (ExecutionException e) {
            throw failure(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw failure(e);
        } catch (Exception e) {
            throw failure(e);
        }
    }

    /** An unreadable error is that of a server which was replaced by an older one: its version is asked again. */
    private ClickHouseException failure(Throwable cause) {
        if (!(cause instanceof ServerException refused)) {
            return ClickHouseException.noAnswer(ServerWords.innermost(cause), cause);
        }
        if (refused.getCode() == UNREADABLE) {
            errorsReadable = null;
        }
        return new ClickHouseException(refused.getCode(), ServerWords.tidy(refused.getMessage()), refused);
    }

    private static Client open(HostDirectory.Address address, Duration socketTimeout) {
        return new Client.Builder()
                .addEndpoint(address.url())
                .setUsername(address.user())
                .setPassword(address.password())
                .setMaxConnections(AT_ONCE)
                .setConnectTimeout(PlainHttp.CONNECT.toMillis())
                .setConnectionRequestTimeout(socketTimeout.toMillis(), ChronoUnit.MILLIS)
                .setSocketTimeout(socketTimeout.toMillis())
                .setKeepAliveTimeout(KEEP_ALIVE.toMillis(), ChronoUnit.MILLIS)
                .setClientNetworkBufferSize(BUFFER_BYTES)
                .compressServerResponse(false)
                .compressClientRequest(false)
                .setMaxRetries(0)
                .retryOnFailures(ClientFaultCause.None)
                .setOption(ClientConfigProperties.ASYNC_OPERATIONS.getKey(), "false")
                .build();
    }
}
