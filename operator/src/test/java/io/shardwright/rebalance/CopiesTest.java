package io.shardwright.rebalance;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardwright.clickhouse.ClickHouseException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class CopiesTest {
    private final AtomicLong now = new AtomicLong();
    private final Copies copies = new Copies(now::get);

    @Test
    void oneThatFailedRestsAndLongerEachTime() {
        for (int seconds : new int[] {2, 4, 8, 16}) {
            fail("move");
            assertThat(copies.of("move").failure()).contains("full");
            pass(Duration.ofSeconds(seconds).minusNanos(1));
            assertThat(copies.of("move").isResting()).isTrue();
            pass(Duration.ofNanos(1));
            assertThat(copies.of("move").isResting()).isFalse();
        }
    }

    @Test
    void oneThatSucceedsIsForgivenWhatFailedBefore() {
        fail("move");
        copies.start("move", () -> {}, () -> {});
        Awaitility.await().until(() -> !copies.of("move").isRunning());

        assertThat(copies.of("move")).isEqualTo(MoveObserved.Copy.NONE);
        fail("move");
        pass(Duration.ofSeconds(2));
        assertThat(copies.of("move").isResting()).isFalse();
    }

    @Test
    void whoWaitsForOneIsToldWhenItsEndIsKnown() {
        List<Boolean> told = new CopyOnWriteArrayList<>();
        copies.start("move", () -> {}, () -> told.add(copies.of("move").isRunning()));
        Awaitility.await().untilAsserted(() -> assertThat(told).containsExactly(false));

        told.clear();
        copies.start(
                "other",
                () -> {
                    throw new ClickHouseException(243, "full", null);
                },
                () -> told.add(copies.of("other").isRunning()));
        Awaitility.await().untilAsserted(() -> assertThat(told).containsExactly(false));
    }

    private void fail(String move) {
        copies.start(
                move,
                () -> {
                    throw new ClickHouseException(243, "full", null);
                },
                () -> {});
        Awaitility.await().until(() -> !copies.of(move).isRunning());
    }

    private void pass(Duration time) {
        now.addAndGet(time.toNanos());
    }
}
