package io.shardwright.clickhouse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.shardwright.clickhouse.HostSnapshot.ClusterNode;
import io.shardwright.clickhouse.HostSnapshot.PartitionSize;
import io.shardwright.clickhouse.HostSnapshot.TableName;
import io.shardwright.clickhouse.HostSnapshot.TableSize;
import java.util.List;
import org.junit.jupiter.api.Test;

class HostSnapshotTest {
    private static final List<List<String>> ROWS = List.of(
            List.of("table", "nyc", "flights", "3", "1628"),
            List.of("version", "18.16.1", "", "", ""),
            List.of("node", "flights", "1", "2", "flights-0-1.ns.svc.cluster.local"),
            List.of("node", "flights", "2", "1", "flights-1-0.ns.svc.cluster.local"),
            List.of("node", "other", "1", "1", "elsewhere"),
            List.of("readonly", "nyc", "stuck", "", ""),
            List.of("newest", "nyc", "flights", "202401", "628"),
            List.of("database", "default", "", "", ""),
            List.of("database", "nyc", "", "", ""),
            List.of("table", "nyc", "planes", "4", "1000"));

    @Test
    void readsEveryKindOfRowInAnyOrder() {
        assertThat(HostSnapshot.parse(ROWS))
                .isEqualTo(new HostSnapshot(
                        "18.16.1",
                        List.of(
                                new ClusterNode("flights", 1, 2, "flights-0-1.ns.svc.cluster.local"),
                                new ClusterNode("flights", 2, 1, "flights-1-0.ns.svc.cluster.local"),
                                new ClusterNode("other", 1, 1, "elsewhere")),
                        List.of(new TableName("nyc", "stuck")),
                        List.of("default", "nyc"),
                        List.of(
                                new TableSize(new TableName("nyc", "flights"), 3, 1628),
                                new TableSize(new TableName("nyc", "planes"), 4, 1000)),
                        List.of(new PartitionSize(new TableName("nyc", "flights"), "202401", 628))));
    }

    @Test
    void sumsAndFindsWhatTheTablesHold() {
        var snapshot = HostSnapshot.parse(ROWS);

        assertThat(snapshot.bytes()).isEqualTo(2628);
        assertThat(snapshot.sizeOf("nyc", "planes"))
                .hasValueSatisfying(size -> assertThat(size.rows()).isEqualTo(4));
        assertThat(snapshot.sizeOf("default", "planes")).isEmpty();
        assertThat(snapshot.hostNamesOf("flights"))
                .containsExactly("flights-0-1.ns.svc.cluster.local", "flights-1-0.ns.svc.cluster.local");
        assertThat(snapshot.hostNamesOf("nowhere")).isEmpty();
    }

    @Test
    void aServerThatHoldsNothingStillHasAVersion() {
        var snapshot = HostSnapshot.parse(List.of(List.of("version", "26.3.1.1", "", "", "")));

        assertThat(snapshot)
                .isEqualTo(new HostSnapshot("26.3.1.1", List.of(), List.of(), List.of(), List.of(), List.of()));
        assertThat(snapshot.bytes()).isZero();
    }

    @Test
    void anAnswerThatWasCutShortIsNotASnapshot() {
        assertThatIllegalArgumentException().isThrownBy(() -> HostSnapshot.parse(List.of()));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> HostSnapshot.parse(List.of(List.of("version", "18.16.1"))));
    }
}
