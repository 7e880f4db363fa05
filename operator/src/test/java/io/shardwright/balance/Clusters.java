package io.shardwright.balance;

import io.shardwright.balance.BalanceIntent.When;
import io.shardwright.clickhouse.HostSizes;
import io.shardwright.clickhouse.HostSnapshot.PartitionSize;
import io.shardwright.clickhouse.HostSnapshot.TableName;
import io.shardwright.clickhouse.HostSnapshot.TableSize;
import io.shardwright.topology.ClusterRef;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Clusters as the tests of balance need them. */
final class Clusters {
    static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    static final ClusterRef REF = new ClusterRef("ns", "c", "cluster.local");
    static final TableName TABLE = new TableName("db", "t");

    /** Above 20 %, until 10 %, for 10 minutes, once an hour. */
    static final When WHEN = new When(20, 10, 100, Duration.ofMinutes(10), Duration.ofHours(1));

    static final BalanceIntent AUTOMATIC = new BalanceIntent(REF, Optional.of(WHEN));
    static final BalanceIntent MANUAL = new BalanceIntent(REF, Optional.empty());

    private Clusters() {}

    /** A shard with one table. */
    static HostSizes sizes(Instant at, long rows, long bytes, PartitionSize... newest) {
        return new HostSizes(at, List.of(new TableSize(TABLE, rows, bytes)), List.of(newest));
    }

    static PartitionSize partition(String id, long bytes) {
        return new PartitionSize(TABLE, id, bytes);
    }
}
