package io.shardwright.e2e.harness;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;

/** Kills the operator again and again, until it is closed; then the operator is left running. */
public final class OperatorKiller implements AutoCloseable {
    private final CountDownLatch closed = new CountDownLatch(1);
    private final FutureTask<Integer> killing;

    /** @param pause how long the operator lives each time, once it is ready */
    public OperatorKiller(OperatorPod operator, Duration pause) {
        killing = new FutureTask<>(() -> {
            int kills = 0;
            while (!closed.await(pause.toMillis(), TimeUnit.MILLISECONDS)) {
                operator.kill();
                kills++;
            }
            return kills;
        });
        Thread.ofVirtual().name("operator-killer").start(killing);
    }

    @Override
    public void close() {
        closed.countDown();
        try {
            System.out.println("e2e: the operator was killed " + killing.get() + " times");
        } catch (ExecutionException e) {
            throw new IllegalStateException("the operator could not be killed", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
