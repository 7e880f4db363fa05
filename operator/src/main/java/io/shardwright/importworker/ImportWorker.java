package io.shardwright.importworker;

import io.shardwright.clickhouse.Sql;
import io.shardwright.importspec.ImportSpec;
import io.shardwright.importspec.StagingSql;
import io.shardwright.importspec.WorkerProgress;
import io.shardwright.importspec.WorkerReport;
import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executors;

/** One attempt at an import: every row of every file into staging tables of its own. */
final class ImportWorker implements AutoCloseable {
    private final ImportSpec spec;
    private final String attempt;
    private final Instant startedAt;
    private final HttpFiles files;
    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(10))
            .executor(Executors.newVirtualThreadPerTaskExecutor())
            .build();
    private final List<ShardServer> servers;
    private final Loader loader;
    private volatile Long totalBytes;

    ImportWorker(ImportSpec spec, String attempt, String password, Instant startedAt) {
        this.spec = spec;
        this.attempt = attempt;
        this.startedAt = startedAt;
        this.files = new HttpFiles(spec.compression());
        this.servers = spec.shards().stream()
                .map(shard -> new ShardServer(client, shard, spec.user(), password))
                .toList();
        this.loader = new Loader(
                servers,
                router(),
                Sql.qualified(spec.target().database(), spec.staging().attempt(attempt)));
    }

    WorkerProgress progress() {
        return new WorkerProgress(loader.rows(), files.transferred(), totalBytes, startedAt.toString());
    }

    /**
     * @throws RefusedException when trying again would not help
     * @throws IOException when it might
     */
    WorkerReport run() throws IOException {
        var total = files.totalBytes(spec.urls());
        totalBytes = total.isPresent() ? total.getAsLong() : null;
        createStaging();
        var parser = RowParser.of(spec.format(), spec.target(), spec.fields());
        var rows = new RowWriter(octets(spec.nullTexts()), keyColumns(), loader::send);
        try {
            for (var url : spec.urls()) {
                read(url, parser, rows);
            }
            rows.flush();
            loader.await();
        } catch (LoadFailedException e) {
            throw causeOf(e);
        }
        return new WorkerReport(attempt, loader.rowsOfShards(), files.transferred(), null);
    }

    @Override
    public void close() {
        loader.close();
        files.close();
        client.shutdownNow();
    }

    /** Nothing can be in it: no other worker has this attempt's name, unless it is this pod, started once more. */
    private void createStaging() throws IOException {
        var name = spec.staging().attempt(attempt);
        for (var server : servers) {
            server.execute("DROP TABLE IF EXISTS " + Sql.qualified(spec.target().database(), name));
            server.execute(StagingSql.create(spec.target(), name));
        }
    }

    private void read(String url, RowParser parser, RowWriter rows) throws IOException {
        try (var in = files.open(url)) {
            parser.parse(url, in, rows);
        } catch (IOException e) {
            if (HttpFiles.isDamage(e)) {
                throw HttpFiles.damaged(url, e);
            }
            throw new IOException("reading " + url + ": " + Words.of(e), e);
        }
    }

    private Router router() {
        if (servers.size() == 1) {
            return Router.toTheOnlyShard();
        }
        return keyColumns().isEmpty() ? Router.byTurns(servers.size()) : new ShardingKey(spec.shardingKey(), servers);
    }

    private Set<String> keyColumns() {
        return spec.shardingKey() == null || servers.size() == 1
                ? Set.of()
                : ShardingKey.columnsIn(spec.shardingKey(), spec.target().columns());
    }

    private static List<String> octets(List<String> texts) {
        return texts.stream()
                .map(text -> new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1))
                .toList();
    }

    private static RuntimeException causeOf(LoadFailedException e) throws IOException {
        if (e.getCause() instanceof RefusedException refused) {
            return refused;
        }
        if (e.getCause() instanceof IOException io) {
            throw io;
        }
        return e;
    }
}
