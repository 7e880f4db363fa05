package io.shardwright.kube;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.shardwright.testing.NoKubernetes;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class RecentWritesTest {
    private Instant now = Instant.parse("2026-01-01T00:00:00Z");
    private final RecentWrites writes = new RecentWrites(new NoKubernetes(), new Clock() {
        @Override
        public ZoneOffset getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            return now;
        }
    });

    @Test
    void hidesWhatTheCacheStillShows() {
        var written = writes.apply(object("2"));
        var ref = ObjectRef.of(written);

        assertThat(writes.over(Map.of(ref, object("1")), "ns")).containsEntry(ref, written);
        assertThat(writes.over(Map.of(ref, object("3")), "ns")).containsEntry(ref, object("3"));
    }

    @Test
    void showsWhatTheCacheDoesNotShowYetButNotForLong() {
        var written = writes.apply(object("2"));

        assertThat(writes.over(Map.of(), "ns")).containsValue(written);
        now = now.plusSeconds(2);
        assertThat(writes.over(Map.of(), "ns")).isEmpty();
    }

    private static HasMetadata object(String version) {
        return new ConfigMapBuilder()
                .withNewMetadata()
                .withName("m")
                .withNamespace("ns")
                .withResourceVersion(version)
                .endMetadata()
                .build();
    }
}
