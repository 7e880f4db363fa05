package io.shardwright.rebalance;

import io.shardwright.clickhouse.HostSnapshot.TableName;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * A Rebalance with every default filled in.
 *
 * @param uid of the Rebalance
 * @param drain shards that are to hold nothing
 * @param weights of shards that have another one than the usual
 * @param isExact readers never see a partition twice
 */
record RebalanceIntent(
        String namespace,
        String name,
        String uid,
        String cluster,
        boolean isDryRun,
        boolean isPaused,
        Set<Integer> drain,
        Map<Integer, Integer> weights,
        int tolerancePercent,
        Tables tables,
        OptionalLong bytesPerSecond,
        int concurrency,
        Optional<Window> window,
        boolean isExact) {
    static final int USUAL_WEIGHT = 100;

    RebalanceIntent {
        drain = Set.copyOf(drain);
        weights = Map.copyOf(weights);
    }

    /**
     * Which tables are moved.
     *
     * @param include and exclude: patterns of names
     * @param together groups of tables whose partitions stay together
     */
    record Tables(List<String> include, List<String> exclude, List<List<TableName>> together) {
        static final Tables ALL = new Tables(List.of(), List.of(), List.of());

        Tables {
            include = List.copyOf(include);
            exclude = List.copyOf(exclude);
            together = together.stream().map(List::copyOf).toList();
        }

        boolean contain(TableName table) {
            var name = table.database() + "." + table.table();
            return (include.isEmpty() || include.stream().anyMatch(pattern -> matches(name, pattern)))
                    && exclude.stream().noneMatch(pattern -> matches(name, pattern));
        }

        /** The tables that a table's partitions stay together with, itself among them. */
        List<TableName> groupOf(TableName table) {
            return together.stream()
                    .filter(group -> group.contains(table))
                    .findFirst()
                    .orElseGet(() -> List.of(table));
        }

        private static boolean matches(String name, String pattern) {
            int star = pattern.indexOf('*');
            if (star < 0) {
                return name.equals(pattern);
            }
            if (!name.startsWith(pattern.substring(0, star))) {
                return false;
            }
            var rest = pattern.substring(star + 1);
            for (int end = star; end <= name.length(); end++) {
                if (matches(name.substring(end), rest)) {
                    return true;
                }
            }
            return false;
        }
    }

    /** A time of day. */
    record Window(LocalTime from, LocalTime to, ZoneId zone) {
        boolean contains(Instant now) {
            var time = now.atZone(zone).toLocalTime();
            return from.isBefore(to)
                    ? !time.isBefore(from) && time.isBefore(to)
                    : !time.isBefore(from) || time.isBefore(to);
        }
    }
}
