package io.shardwright.balance;

import io.shardwright.clickhouse.HostSizes;
import io.shardwright.clickhouse.HostSnapshot.PartitionSize;
import io.shardwright.clickhouse.HostSnapshot.TableName;
import io.shardwright.clickhouse.HostSnapshot.TableSize;
import io.shardwright.holdings.HostContents.TableId;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;

/**
 * How unevenly shards share what they hold.
 *
 * @param newest of the newest partitions of all tables; empty while no table has enough partitions
 */
record Imbalance(Share bytes, Share rows, Optional<Share> newest) {
    /** At most as many of a table's partitions count as its newest, and at most this part of them. */
    private static final int NEWEST = 3;

    private static final int NEWEST_PART = 4;

    /** Copies of partitions that are being moved, and rows that are being imported: on no shard for long. */
    private static final List<String> PASSING = List.of(TableId.OF_MOVES, "_import_");

    /**
     * How much each shard holds of something.
     *
     * @param percents how far each shard that stays is above its fair share, in per cent of that; below is negative
     * @param excess how much the fullest holds above its fair share
     */
    record Share(SortedMap<Integer, Double> percents, long excess) {
        Share {
            percents = Collections.unmodifiableSortedMap(new TreeMap<>(percents));
        }

        /** What shards that leave hold will be with the others: it counts for the fair share of those. */
        private static Share of(Map<Integer, Long> held, Set<Integer> staying) {
            double fair =
                    (double) held.values().stream().mapToLong(Long::longValue).sum() / staying.size();
            var percents = new TreeMap<Integer, Double>();
            staying.forEach(shard -> percents.put(shard, fair == 0 ? 0 : held.get(shard) / fair * 100 - 100));
            long most = staying.stream().mapToLong(held::get).max().orElse(0);
            return new Share(percents, Math.max(0, Math.round(most - fair)));
        }

        double percent() {
            return percents.get(fullest());
        }

        int fullest() {
            return percents.keySet().stream()
                    .max(Comparator.<Integer>comparingDouble(percents::get).thenComparing(Comparator.reverseOrder()))
                    .orElseThrow();
        }

        int emptiest() {
            return percents.keySet().stream()
                    .min(Comparator.comparingDouble(percents::get))
                    .orElseThrow();
        }
    }

    /**
     * @param sizes of every shard
     * @param staying the shards that do not leave; at least one
     */
    static Imbalance of(Map<Integer, HostSizes> sizes, Set<Integer> staying) {
        return new Imbalance(
                Share.of(sum(sizes, TableSize::bytes), staying),
                Share.of(sum(sizes, TableSize::rows), staying),
                newest(sizes).map(held -> Share.of(held, staying)));
    }

    private static Map<Integer, Long> sum(Map<Integer, HostSizes> sizes, ToLongFunction<TableSize> amount) {
        return sizes.entrySet().stream()
                .collect(Collectors.toMap(Map.Entry::getKey, shard -> shard.getValue().tables().stream()
                        .filter(table -> isLasting(table.name()))
                        .mapToLong(amount)
                        .sum()));
    }

    private static boolean isLasting(TableName name) {
        return PASSING.stream().noneMatch(name.table()::startsWith);
    }

    private static Optional<Map<Integer, Long>> newest(Map<Integer, HostSizes> sizes) {
        var ids = new HashMap<TableName, TreeSet<String>>();
        sizes.values().stream()
                .flatMap(host -> host.newest().stream())
                .filter(partition -> isLasting(partition.table()))
                .forEach(partition -> ids.computeIfAbsent(partition.table(), table -> new TreeSet<>())
                        .add(partition.partition()));
        var newest = ids.entrySet().stream()
                .collect(Collectors.toMap(Map.Entry::getKey, table -> newestOf(table.getValue())));
        if (newest.values().stream().allMatch(Set::isEmpty)) {
            return Optional.empty();
        }
        var held = new TreeMap<Integer, Long>();
        sizes.forEach((shard, host) -> held.put(
                shard,
                host.newest().stream()
                        .filter(partition ->
                                newest.getOrDefault(partition.table(), Set.of()).contains(partition.partition()))
                        .mapToLong(PartitionSize::bytes)
                        .sum()));
        return Optional.of(held);
    }

    /** Every host tells enough of its newest for the newest of all to be among them, and to know how many there are to count. */
    private static Set<String> newestOf(TreeSet<String> ids) {
        return ids.descendingSet().stream()
                .limit(Math.min(NEWEST, ids.size() / NEWEST_PART))
                .collect(Collectors.toSet());
    }
}
