package io.shardwright.balance;

import static io.shardwright.balance.Clusters.NOW;
import static io.shardwright.balance.Clusters.partition;
import static io.shardwright.balance.Clusters.sizes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.shardwright.clickhouse.HostSizes;
import io.shardwright.clickhouse.HostSnapshot.PartitionSize;
import io.shardwright.clickhouse.HostSnapshot.TableName;
import io.shardwright.clickhouse.HostSnapshot.TableSize;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ImbalanceTest {
    @Test
    void isHowFarTheFullestIsAboveItsFairShare() {
        var imbalance = Imbalance.of(
                Map.of(0, sizes(NOW, 10, 300), 1, sizes(NOW, 50, 100), 2, sizes(NOW, 60, 200)), Set.of(0, 1, 2));

        assertThat(imbalance.bytes().percent()).isEqualTo(50);
        assertThat(imbalance.bytes().excess()).isEqualTo(100);
        assertThat(imbalance.bytes().fullest()).isZero();
        assertThat(imbalance.bytes().emptiest()).isEqualTo(1);
        assertThat(imbalance.rows().percent()).isEqualTo(50);
        assertThat(imbalance.rows().fullest()).isEqualTo(2);
        assertThat(imbalance.newest()).isEmpty();
    }

    @Test
    void emptyShardsAreEven() {
        var imbalance = Imbalance.of(Map.of(0, sizes(NOW, 0, 0), 1, sizes(NOW, 0, 0)), Set.of(0, 1));

        assertThat(imbalance.bytes().percent()).isZero();
        assertThat(imbalance.bytes().excess()).isZero();
    }

    @Test
    void aSingleShardIsEven() {
        assertThat(Imbalance.of(Map.of(0, sizes(NOW, 5, 70)), Set.of(0)).bytes().percent())
                .isZero();
    }

    @Test
    void whatAShardHoldsThatLeavesBelongsToTheOthers() {
        var imbalance =
                Imbalance.of(Map.of(0, sizes(NOW, 1, 100), 1, sizes(NOW, 1, 100), 2, sizes(NOW, 1, 100)), Set.of(0, 1));

        assertThat(imbalance.bytes().percent()).isCloseTo(-33, within(1.0));
        assertThat(imbalance.bytes().excess()).isZero();
    }

    @Test
    void copiesThatAreBeingMovedAndImportedCountNowhere() {
        var withCopy = new HostSizes(
                NOW,
                List.of(
                        new TableSize(Clusters.TABLE, 1, 100),
                        new TableSize(new TableName("db", "_move_1a2b"), 1, 500),
                        new TableSize(new TableName("db", "_import_x"), 1, 500)),
                List.of());

        assertThat(Imbalance.of(Map.of(0, sizes(NOW, 1, 100), 1, withCopy), Set.of(0, 1))
                        .bytes()
                        .percent())
                .isZero();
    }

    @Test
    void theNewestThreeOfTwelvePartitionsCountAsNewest() {
        var months = IntStream.rangeClosed(1, 12)
                .mapToObj(month -> partition("2024" + (month < 10 ? "0" : "") + month, month > 9 ? 10 : 1_000))
                .toArray(PartitionSize[]::new);
        var imbalance = Imbalance.of(
                Map.of(0, sizes(NOW, 1, 9_030, months), 1, sizes(NOW, 1, 9_030, partition("202401", 1))), Set.of(0, 1));

        assertThat(imbalance.bytes().percent()).isZero();
        assertThat(imbalance.newest()).hasValueSatisfying(newest -> {
            assertThat(newest.percent()).isEqualTo(100);
            assertThat(newest.excess()).isEqualTo(15);
            assertThat(newest.fullest()).isZero();
        });
    }

    @Test
    void partitionsAreCountedOverAllShards() {
        var imbalance = Imbalance.of(
                Map.of(
                        0, sizes(NOW, 1, 20, partition("1", 10), partition("2", 10)),
                        1, sizes(NOW, 1, 20, partition("3", 10), partition("4", 30))),
                Set.of(0, 1));

        assertThat(imbalance.newest()).hasValueSatisfying(newest -> {
            assertThat(newest.fullest()).isEqualTo(1);
            assertThat(newest.percent()).isEqualTo(100);
        });
    }
}
