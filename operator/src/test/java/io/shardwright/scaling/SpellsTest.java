package io.shardwright.scaling;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardwright.crds.LeavingHostStatus;
import io.shardwright.crds.LeavingPhase;
import io.shardwright.crds.LeavingShardPhase;
import io.shardwright.crds.LeavingShardStatus;
import io.shardwright.crds.ScalingStatus;
import io.shardwright.topology.ClusterRef;
import io.shardwright.topology.Host;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class SpellsTest {
    private static final ClusterRef CLUSTER = new ClusterRef("ns", "main", "cluster.local");
    private static final Host HOST = new Host(CLUSTER, 0, 1);
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    @Test
    void aHostIsQuietSinceTheFirstOfManyLooks() {
        var quiet = Spells.<Host>none();
        for (int second = 0; second <= 40; second++) {
            quiet = quiet.after(Set.of(HOST), START.plusSeconds(second));
        }

        assertThat(quiet.since(START.plusSeconds(40))).isEqualTo(Map.of(HOST, START));
    }

    @Test
    void aLookAtWhichItWasNotBeginsAnew() {
        var quiet = Spells.<Host>none()
                .after(Set.of(HOST), START)
                .after(Set.of(), START.plusSeconds(1))
                .after(Set.of(HOST), START.plusSeconds(2));

        assertThat(quiet.since(START.plusSeconds(2))).isEqualTo(Map.of(HOST, START.plusSeconds(2)));
    }

    @Test
    void aLongGapBetweenLooksBeginsAnew() {
        var quiet = Spells.<Host>none().after(Set.of(HOST), START);

        assertThat(quiet.since(START.plusSeconds(16))).isEmpty();
        assertThat(quiet.after(Set.of(HOST), START.plusSeconds(16)).since(START.plusSeconds(16)))
                .isEqualTo(Map.of(HOST, START.plusSeconds(16)));
    }

    @Test
    void mostLooksChangeNothingThatIsWritten() {
        var quiet = Spells.<Host>none().after(Set.of(HOST), START);

        assertThat(quiet.after(Set.of(HOST), START.plusSeconds(4))).isEqualTo(quiet);
        assertThat(quiet.after(Set.of(HOST), START.plusSeconds(5))).isNotEqualTo(quiet);
    }

    @Test
    void anOperatorThatStartsAnewGoesOnFromTheStatus() {
        var leaving = new LeavingHostStatus(
                "main-0-1",
                0,
                1,
                LeavingPhase.Fenced,
                START.toString(),
                START.toString(),
                START.plusSeconds(20).toString(),
                null);
        var shard = new LeavingShardStatus(
                2,
                LeavingShardPhase.Draining,
                0L,
                0L,
                START.toString(),
                START.toString(),
                START.plusSeconds(20).toString(),
                null);
        var status = new ScalingStatus("", null, List.of(leaving), List.of(shard), null, List.of(), List.of());

        assertThat(Spells.ofHosts(status, CLUSTER).since(START.plusSeconds(30))).isEqualTo(Map.of(HOST, START));
        assertThat(Spells.ofHosts(status, CLUSTER).since(START.plusSeconds(36))).isEmpty();
        assertThat(Spells.ofShards(status).since(START.plusSeconds(30))).isEqualTo(Map.of(2, START));
        assertThat(Spells.ofHosts(null, CLUSTER)).isEqualTo(Spells.none());
    }
}
