package io.shardwright.clickhouse;

import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;

/**
 * How long to wait for an answer: as long as the server says that it runs the statement. A machine that is gone never ends its
 * connections, and the pod that comes in its place knows nothing of them: without asking, the operator would wait for the
 * longest time that any statement may take.
 *
 * @param longest limit for any answer
 * @param interval how often to ask whether the statement runs
 */
record Patience(Duration longest, Duration interval) {
    /** An answer may be on its way when the statement has ended, and a busy server may miss one question. */
    private static final int DOUBTS = 2;

    /** @param longest limit for any answer */
    static Patience of(Duration longest) {
        return new Patience(longest, Duration.ofSeconds(5));
    }

    /**
     * @param isRunning asks the server whether it still runs the statement; false too when it does not answer
     * @throws ClickHouseException of the answer, or when none came
     */
    String await(Future<String> answer, BooleanSupplier isRunning) {
        long began = System.nanoTime();
        int doubts = 0;
        while (true) {
            long left = longest.toNanos() - (System.nanoTime() - began);
            try {
                return answer.get(Math.clamp(left, 0, interval.toNanos()), TimeUnit.NANOSECONDS);
            } catch (TimeoutException e) {
                if (left <= interval.toNanos()) {
                    throw noAnswer(answer, "no answer within " + longest.toSeconds() + " s", e);
                }
                doubts = isRunning.getAsBoolean() ? 0 : doubts + 1;
                if (doubts == DOUBTS) {
                    throw noAnswer(answer, "no answer, and the server does not run the statement any more", e);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw noAnswer(answer, "interrupted", e);
            } catch (ExecutionException e) {
                throw e.getCause() instanceof ClickHouseException told
                        ? told
                        : ClickHouseException.noAnswer(ServerWords.innermost(e), e.getCause());
            }
        }
    }

    private static ClickHouseException noAnswer(Future<String> answer, String message, Exception cause) {
        answer.cancel(true);
        return ClickHouseException.noAnswer(message, cause);
    }
}
