package io.shardwright.importworker;

import com.sun.net.httpserver.HttpServer;
import io.shardwright.importspec.ImportJson;
import io.shardwright.importspec.WorkerProgress;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.function.Supplier;

/** Answers GET /progress. */
final class ProgressServer implements AutoCloseable {
    private final HttpServer server;

    private ProgressServer(HttpServer server) {
        this.server = server;
    }

    static ProgressServer start(int port, Supplier<WorkerProgress> progress) throws IOException {
        var server = HttpServer.create(new InetSocketAddress(port), 0);
        server.createContext("/progress", exchange -> {
            try (exchange) {
                var json = ImportJson.write(progress.get()).getBytes(StandardCharsets.UTF_8);
                exchange.getResponseHeaders().add("Content-Type", "application/json");
                exchange.sendResponseHeaders(HttpURLConnection.HTTP_OK, json.length);
                exchange.getResponseBody().write(json);
            }
        });
        server.start();
        return new ProgressServer(server);
    }

    int port() {
        return server.getAddress().getPort();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
