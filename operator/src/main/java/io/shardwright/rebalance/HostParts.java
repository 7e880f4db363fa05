package io.shardwright.rebalance;

import io.shardwright.clickhouse.HostSnapshot.TableName;
import io.shardwright.topology.Host;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;

/** What a host holds, partition by partition. */
sealed interface HostParts {
    Host host();

    /** It did not say; nothing is known. */
    record Unknown(Host host, String message) implements HostParts {}

    /**
     * @param replicated its replicated tables
     * @param readOnly those of them that take no writes now
     * @param partitions of the replicated tables
     * @param busy partitions that are being merged, mutated or fetched
     * @param unreplicated tables that are in this host alone, with the bytes that they hold
     * @param usedBytes of all parts, active or not
     * @param freeBytes of the disk, where the server tells
     */
    record Known(
            Host host,
            Set<TableName> replicated,
            Set<TableName> readOnly,
            List<Partition> partitions,
            Set<PartitionName> busy,
            Map<TableName, Long> unreplicated,
            long usedBytes,
            OptionalLong freeBytes)
            implements HostParts {
        public Known {
            replicated = Set.copyOf(replicated);
            readOnly = Set.copyOf(readOnly);
            partitions = List.copyOf(partitions);
            busy = Set.copyOf(busy);
            unreplicated = Map.copyOf(unreplicated);
        }
    }

    /** A partition of a table. */
    record PartitionName(TableName table, String partition) {}

    /** @param quietSeconds since its newest part was written */
    record Partition(PartitionName name, long rows, long bytes, long quietSeconds) {}
}
