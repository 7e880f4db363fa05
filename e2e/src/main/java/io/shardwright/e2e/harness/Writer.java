package io.shardwright.e2e.harness;

import static org.awaitility.Awaitility.await;

import io.shardwright.clickhouse.ClickHouseException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Inserts small blocks of numbered rows into a table of {@link Yaml#table}, one after the other, and keeps count of what was
 * acknowledged. A block whose insert failed is sent to the same shard again: servers drop a block that they have already, so
 * that every row is there once.
 */
public final class Writer implements AutoCloseable {
    private static final int BLOCK = 100;
    private static final long PAUSE_MS = 100;

    private final HostSql sql;
    private final String table;
    private final int shards;
    private final int replicas;
    private final AtomicLong blocks = new AtomicLong();

    /** Held while a block is written, and while none may be. Whoever waits for it does so in a thread of its own. */
    private final Semaphore writing = new Semaphore(1, true);

    private final Thread thread;
    private volatile boolean isInDoubt;
    private volatile boolean closed;

    /**
     * @param shards shards 0 to this one's predecessor are written to, in turn
     * @param replicas replicas 0 to this one's predecessor of each are tried, in turn
     */
    public Writer(HostSql sql, String table, int shards, int replicas) {
        this.sql = sql;
        this.table = table;
        this.shards = shards;
        this.replicas = replicas;
        this.thread = Thread.ofVirtual().name("writer").start(this::write);
    }

    /** Rows that were acknowledged. */
    public long rows() {
        return blocks.get() * BLOCK;
    }

    /** Sum of their ids, which count from 0. */
    public long sumOfIds() {
        return rows() * (rows() - 1) / 2;
    }

    /** Returns between two blocks, when every block sent was acknowledged; nothing is written until {@link #resume}. */
    public void pause() {
        await("the last block is acknowledged").atMost(Sandbox.SOON).until(() -> {
            writing.acquire();
            if (isInDoubt) {
                writing.release();
                return false;
            }
            return true;
        });
    }

    public void resume() {
        writing.release();
    }

    @Override
    public void close() {
        closed = true;
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void write() {
        for (int attempt = 0; !closed; attempt++) {
            writing.acquireUninterruptibly();
            try {
                isInDoubt = true;
                insert(blocks.get(), attempt);
                blocks.incrementAndGet();
                isInDoubt = false;
            } catch (ClickHouseException | IllegalStateException e) {
                // A host that is away, or a replica that is read-only: another one takes the same block.
            } finally {
                writing.release();
            }
            pauseBetweenBlocks();
        }
    }

    private void insert(long block, int attempt) {
        var host = sql.host((int) (block % shards), attempt % replicas);
        sql.execute(
                host,
                "INSERT INTO " + table + " SELECT " + block * BLOCK + " + number AS id, 'soak' AS word,"
                        + " toDate('2024-01-01') + number % 60 AS day FROM system.numbers LIMIT " + BLOCK);
    }

    private static void pauseBetweenBlocks() {
        try {
            Thread.sleep(PAUSE_MS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
