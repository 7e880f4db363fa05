package io.shardwright.importworker;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** A stream that counts its bytes, and that ends with an error when it waits too long for the next one. */
final class StallGuard extends FilterInputStream {
    private static final Duration LONGEST = Duration.ofSeconds(60);
    private static final Duration LOOK = Duration.ofSeconds(1);

    private final AtomicLong transferred;
    private volatile long waitingSince;
    private volatile boolean isClosed;
    private boolean isAtEnd;

    StallGuard(InputStream in, AtomicLong transferred) {
        super(in);
        this.transferred = transferred;
        Thread.ofVirtual().name("stall-guard").start(this::watch);
    }

    @Override
    public int read() throws IOException {
        var one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        waitingSince = System.nanoTime();
        int count;
        try {
            count = super.read(buffer, offset, length);
        } finally {
            waitingSince = 0;
        }
        isAtEnd = count < 0;
        transferred.addAndGet(Math.max(0, count));
        return count;
    }

    /** Never 0 before the end: GZIPInputStream takes that for the end of a file of several members. */
    @Override
    public int available() throws IOException {
        return isAtEnd ? 0 : Math.max(1, super.available());
    }

    @Override
    public void close() throws IOException {
        isClosed = true;
        super.close();
    }

    private void watch() {
        try {
            while (!isClosed) {
                Thread.sleep(LOOK);
                long since = waitingSince;
                if (since != 0 && System.nanoTime() - since > LONGEST.toNanos()) {
                    close();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            throw new IllegalStateException("closing a connection that stalled", e);
        }
    }
}
