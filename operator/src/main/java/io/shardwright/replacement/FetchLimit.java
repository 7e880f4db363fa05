package io.shardwright.replacement;

import java.time.Duration;
import java.time.Instant;

/**
 * How much a host may fetch.
 *
 * @param bytesPerSecond on average
 * @param since when that counts
 * @param bytes that it had then
 */
record FetchLimit(long bytesPerSecond, Instant since, long bytes) {
    private static final double MILLIS = 1_000;

    /**
     * Bytes that it may fetch at once; below 0, those that it fetched too early.
     *
     * @param had bytes that it has now
     */
    long credit(long had, Instant now) {
        return worth(Duration.between(since, now)) - (had - bytes);
    }

    long worth(Duration time) {
        return (long) (bytesPerSecond * (time.toMillis() / MILLIS));
    }

    /** Until it may have so many bytes. */
    Duration until(long had, Instant now) {
        var since = Duration.ofMillis((long) Math.ceil((had - bytes) * MILLIS / bytesPerSecond));
        return since.minus(Duration.between(this.since, now));
    }

    FetchLimit from(Instant later) {
        return new FetchLimit(bytesPerSecond, later, bytes);
    }
}
