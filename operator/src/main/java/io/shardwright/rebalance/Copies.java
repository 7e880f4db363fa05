package io.shardwright.rebalance;

import io.shardwright.clickhouse.ClickHouseException;
import io.shardwright.rebalance.MoveObserved.Copy;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Copies that run in this process: they take as long as the network does, and a pass must not wait for them. When the process
 * ends, what a server was told to do goes on; the servers tell that it runs.
 */
final class Copies {
    private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
    private final ConcurrentMap<String, Copy> copies = new ConcurrentHashMap<>();

    /** Does nothing while a copy of this move runs. */
    void start(String move, Runnable copy) {
        var before = copies.put(move, new Copy(true, Optional.empty()));
        if (before == null || !before.isRunning()) {
            executor.submit(() -> run(move, copy));
        }
    }

    private void run(String move, Runnable copy) {
        Copy end = Copy.NONE;
        try {
            copy.run();
        } catch (ClickHouseException e) {
            end = new Copy(false, Optional.of(e.getMessage()));
        } catch (RuntimeException e) {
            end = new Copy(false, Optional.of(e.toString()));
        } finally {
            copies.put(move, end);
        }
    }

    Copy of(String move) {
        return copies.getOrDefault(move, Copy.NONE);
    }

    /** Nobody asks any more. */
    void forget(String move) {
        copies.computeIfPresent(move, (key, copy) -> copy.isRunning() ? copy : null);
    }
}
