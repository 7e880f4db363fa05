package io.shardwright.rebalance;

import io.shardwright.clickhouse.ClickHouseException;
import io.shardwright.rebalance.MoveObserved.Copy;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.LongSupplier;

/**
 * Copies that run in this process: they take as long as the network does, and a pass must not wait for them. When the process
 * ends, what a server was told to do goes on; the servers tell that it runs.
 *
 * <p>One that failed rests, twice as long each time until its move is given up: what a full disk or servers without ZooKeeper
 * need is not to be asked all the time.
 */
final class Copies {
    private static final Duration FIRST_REST = Duration.ofSeconds(2);

    private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
    private final ConcurrentMap<String, Attempt> attempts = new ConcurrentHashMap<>();
    private final LongSupplier nanoTime;

    Copies() {
        this(System::nanoTime);
    }

    Copies(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /**
     * @param failures one after the other, until now
     * @param failedAt when the last one was
     */
    private record Attempt(boolean isRunning, Optional<String> failure, int failures, long failedAt) {
        static final Attempt FIRST = new Attempt(false, Optional.empty(), 0, 0);

        Attempt begun() {
            return new Attempt(true, Optional.empty(), failures, failedAt);
        }

        Attempt failed(String why, long now) {
            return new Attempt(false, Optional.of(why), failures + 1, now);
        }

        boolean isResting(long now) {
            return failure.isPresent() && now - failedAt < FIRST_REST.toNanos() << failures - 1;
        }
    }

    /**
     * Does nothing while a copy of this move runs.
     *
     * @param whenOver run after the copy, however it ended
     */
    void start(String move, Runnable copy, Runnable whenOver) {
        var before = attempts.getOrDefault(move, Attempt.FIRST);
        if (!before.isRunning()) {
            var begun = before.begun();
            attempts.put(move, begun);
            executor.submit(() -> {
                run(move, begun, copy);
                whenOver.run();
            });
        }
    }

    private void run(String move, Attempt begun, Runnable copy) {
        var end = Attempt.FIRST;
        try {
            copy.run();
        } catch (ClickHouseException e) {
            end = begun.failed(e.getMessage(), nanoTime.getAsLong());
        } catch (RuntimeException e) {
            end = begun.failed(e.toString(), nanoTime.getAsLong());
        } finally {
            attempts.put(move, end);
        }
    }

    Copy of(String move) {
        var attempt = attempts.getOrDefault(move, Attempt.FIRST);
        return new Copy(
                attempt.isRunning(), attempt.isResting(nanoTime.getAsLong()), attempt.failures(), attempt.failure());
    }

    /** Its move is over. */
    void forget(String move) {
        attempts.computeIfPresent(move, (key, attempt) -> attempt.isRunning() ? attempt : null);
    }
}
