package io.shardwright.importworker;

import io.shardwright.clickhouse.Sql;
import io.shardwright.importspec.TargetTable.Column;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Sends chunks: finds out the shard of each row, and inserts each shard's rows into its staging table. While some chunks are
 * under way the next ones are read; whoever brings more than that waits, so that memory stays bounded.
 */
final class Loader implements AutoCloseable {
    private static final int UNDER_WAY = 3;

    private final List<ShardServer> servers;
    private final Router router;
    private final String table;
    private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
    private final Semaphore places = new Semaphore(UNDER_WAY);
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private final AtomicLong rows = new AtomicLong();
    private final AtomicLongArray rowsOfShards;

    /** @param table qualified name of the staging table */
    Loader(List<ShardServer> servers, Router router, String table) {
        this.servers = servers;
        this.router = router;
        this.table = table;
        this.rowsOfShards = new AtomicLongArray(servers.size());
    }

    /** Rows that were staged so far. */
    long rows() {
        return rows.get();
    }

    List<Long> rowsOfShards() {
        return IntStream.range(0, servers.size()).mapToObj(rowsOfShards::get).toList();
    }

    /** Takes a chunk as soon as there is a place for it. What went wrong with an earlier one is thrown here. */
    void send(Chunk chunk) {
        places.acquireUninterruptibly();
        if (failure.get() != null) {
            places.release();
            throw new LoadFailedException(failure.get());
        }
        executor.execute(() -> {
            try {
                load(chunk);
            } catch (IOException | RuntimeException e) {
                failure.compareAndSet(null, e);
            } finally {
                places.release();
            }
        });
    }

    /** Waits until everything is staged. */
    void await() {
        places.acquireUninterruptibly(UNDER_WAY);
        places.release(UNDER_WAY);
        if (failure.get() != null) {
            throw new LoadFailedException(failure.get());
        }
    }

    @Override
    public void close() {
        executor.shutdownNow();
    }

    private void load(Chunk chunk) throws IOException {
        var slots = router.route(chunk);
        var sql = "INSERT INTO " + table + " ("
                + chunk.columns().stream()
                        .map(Column::name)
                        .map(Sql::identifier)
                        .collect(Collectors.joining(", "))
                + ") FORMAT TabSeparated";
        var inserts = IntStream.range(0, servers.size())
                .mapToObj(shard -> ShardRows.of(chunk, slots, shard))
                .filter(ofShard -> ofShard.rows().length > 0)
                .map(ofShard -> (Callable<Void>) () -> insert(sql, chunk, ofShard))
                .toList();
        try {
            for (var insert : executor.invokeAll(inserts)) {
                insert.get();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RefusedException refused) {
                throw refused;
            }
            throw new IOException(Words.of(e), e);
        }
    }

    private Void insert(String sql, Chunk chunk, ShardRows ofShard) throws IOException {
        try {
            servers.get(ofShard.shard()).insert(sql, ofShard.data(), ofShard.data().length);
        } catch (ServerException e) {
            if (e.isAboutTheRows()) {
                throw new RefusedException(chunk.file(), ofShard.line(chunk, e.row()), e.words());
            }
            throw e;
        }
        rowsOfShards.addAndGet(ofShard.shard(), ofShard.rows().length);
        rows.addAndGet(ofShard.rows().length);
        return null;
    }
}
