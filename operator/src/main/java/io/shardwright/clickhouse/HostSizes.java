package io.shardwright.clickhouse;

import io.shardwright.clickhouse.HostSnapshot.PartitionSize;
import io.shardwright.clickhouse.HostSnapshot.TableSize;
import java.time.Instant;
import java.util.List;

/**
 * How much a host held.
 *
 * @param at not later than that
 */
public record HostSizes(Instant at, List<TableSize> tables, List<PartitionSize> newest) {
    public HostSizes {
        tables = List.copyOf(tables);
        newest = List.copyOf(newest);
    }

    /** Bytes on disk of all active parts. */
    public long bytes() {
        return tables.stream().mapToLong(TableSize::bytes).sum();
    }
}
