package io.shardwright.plan;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

final class AmountsTest {
    @Test
    void writesBytesAsKubectlDoes() {
        assertThat(Amounts.bytes(0)).isEqualTo("0");
        assertThat(Amounts.bytes(1023)).isEqualTo("1023");
        assertThat(Amounts.bytes(1536)).isEqualTo("1.5Ki");
        assertThat(Amounts.bytes(31L << 20)).isEqualTo("31Mi");
        assertThat(Amounts.bytes(Long.MAX_VALUE)).isEqualTo("8192Pi");
    }

    @Test
    void writesRates() {
        assertThat(Amounts.rate(999)).isEqualTo("999/s");
        assertThat(Amounts.rate(412_345)).isEqualTo("412k/s");
    }

    @Test
    void writesDurations() {
        assertThat(Amounts.duration(Duration.ofMillis(900))).isEqualTo("0s");
        assertThat(Amounts.duration(Duration.ofSeconds(312))).isEqualTo("5m12s");
        assertThat(Amounts.duration(Duration.ofMinutes(185))).isEqualTo("3h5m");
        assertThat(Amounts.duration(Duration.ofSeconds(-3))).isEqualTo("0s");
    }

    @Test
    void readsDurations() {
        assertThat(Amounts.parseDuration("30s")).isEqualTo(Duration.ofSeconds(30));
        assertThat(Amounts.parseDuration("10m")).isEqualTo(Duration.ofMinutes(10));
        assertThat(Amounts.parseDuration("2h")).isEqualTo(Duration.ofHours(2));
        assertThat(Amounts.parseDuration("1d")).isEqualTo(Duration.ofDays(1));
    }
}
