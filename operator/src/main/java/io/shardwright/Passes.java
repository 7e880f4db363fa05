package io.shardwright;

import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where the reconcilers' passes run, each in a virtual thread: they wait for servers and for the API server.
 *
 * <p>They end before the caches do that they read. The framework empties its caches first and waits for passes then: to one
 * that is under way everything of its cluster seems gone, Shards and volumes too, and it acts on that.
 */
final class Passes {
    private static final Logger LOG = LoggerFactory.getLogger(Passes.class);

    /** For one that was interrupted: it does and writes nothing any more. */
    private static final Duration LAST_WORDS = Duration.ofSeconds(1);

    /** What is to begin after the end is dropped: the next operator does it. */
    private final ExecutorService executor = new ThreadPoolExecutor(
            0,
            Integer.MAX_VALUE,
            0,
            TimeUnit.SECONDS,
            new SynchronousQueue<>(),
            Thread.ofVirtual().factory(),
            new ThreadPoolExecutor.DiscardPolicy());

    ExecutorService executor() {
        return executor;
    }

    /**
     * No pass begins any more. Waits for those that are under way, and interrupts them if that takes too long.
     *
     * @param patience how long to wait before that
     */
    void end(Duration patience) {
        executor.shutdown();
        try {
            if (!executor.awaitTermination(patience.toMillis(), TimeUnit.MILLISECONDS)) {
                executor.shutdownNow();
                if (!executor.awaitTermination(LAST_WORDS.toMillis(), TimeUnit.MILLISECONDS)) {
                    LOG.warn("passes that were interrupted have not ended");
                }
            }
        } catch (InterruptedException e) {
            executor.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }
}
