package io.shardwright;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

final class PassesTest {
    private static final Duration LONG = Duration.ofMinutes(1);

    private final Passes passes = new Passes();
    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch mayEnd = new CountDownLatch(1);

    @Test
    void waitsForWhatIsUnderWay() throws InterruptedException {
        var interrupted = new AtomicReference<Boolean>();
        passes.executor().execute(() -> interrupted.set(isInterruptedWhileItWaits()));
        begun.await();
        Thread.ofVirtual().start(mayEnd::countDown);

        passes.end(LONG);

        assertThat(interrupted).hasValue(false);
    }

    @Test
    void interruptsWhatTakesTooLongAndWaitsForItsEnd() throws InterruptedException {
        var interrupted = new AtomicReference<Boolean>();
        passes.executor().execute(() -> interrupted.set(isInterruptedWhileItWaits()));
        begun.await();

        passes.end(Duration.ZERO);

        assertThat(interrupted).hasValue(true);
    }

    /** Informers and timers go on to ask for passes while the operator ends. */
    @Test
    void dropsWhatIsToBeginAfterTheEnd() {
        var ran = new AtomicBoolean();
        passes.end(LONG);

        assertThatCode(() -> passes.executor().execute(() -> ran.set(true))).doesNotThrowAnyException();

        assertThat(ran).isFalse();
    }

    private boolean isInterruptedWhileItWaits() {
        begun.countDown();
        try {
            mayEnd.await();
            return false;
        } catch (InterruptedException e) {
            return true;
        }
    }
}
