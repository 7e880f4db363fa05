package io.shardwright.rebalance;

import io.fabric8.kubernetes.api.model.Quantity;
import io.shardwright.clickhouse.HostSnapshot.TableName;
import io.shardwright.crds.Reads;
import io.shardwright.crds.Rebalance;
import io.shardwright.crds.RebalanceSpec;
import io.shardwright.crds.RebalanceTables;
import io.shardwright.crds.ShardWeight;
import io.shardwright.crds.TimeWindow;
import io.shardwright.plan.Parsed;
import io.shardwright.rebalance.RebalanceIntent.Tables;
import io.shardwright.rebalance.RebalanceIntent.Window;
import java.time.DateTimeException;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Turns a Rebalance into an intent, or says what is wrong with it that the API server could not. */
final class RebalanceParser {
    private static final int DEFAULT_TOLERANCE = 10;
    private static final Pattern TABLE = Pattern.compile("[^.*]+\\.[^*]+");
    private static final Pattern TABLES = Pattern.compile("\\*|[^.]+\\..+");

    private RebalanceParser() {}

    static Parsed<RebalanceIntent> parse(Rebalance resource) {
        var spec = resource.getSpec();
        if (spec == null || spec.cluster() == null) {
            return new Parsed.Rejected<>("spec is missing: add spec with cluster");
        }
        return problemOf(spec)
                .<Parsed<RebalanceIntent>>map(Parsed.Rejected::new)
                .orElseGet(() -> new Parsed.Accepted<>(intent(resource, spec)));
    }

    /**
     * What is known of a Rebalance whatever else its spec says: enough to end, or to give up, what it has begun, and to begin
     * nothing. Empty if not even its cluster is named.
     */
    static Optional<RebalanceIntent> ofBegun(Rebalance resource) {
        return Optional.ofNullable(resource.getSpec())
                .filter(spec -> spec.cluster() != null)
                .map(spec -> new RebalanceSpec(
                        spec.cluster(),
                        spec.dryRun(),
                        true,
                        spec.drain(),
                        spec.imbalancePercent(),
                        spec.weights(),
                        null,
                        spec.bandwidth(),
                        spec.concurrency(),
                        null,
                        spec.reads()))
                .map(spec -> intent(resource, spec));
    }

    private static Optional<String> problemOf(RebalanceSpec spec) {
        var tables = Objects.requireNonNullElse(spec.tables(), new RebalanceTables(null, null, null));
        return Stream.of(
                        Stream.concat(listed(tables.include()), listed(tables.exclude()))
                                .filter(name -> !TABLES.matcher(name).matches())
                                .map(name -> "tables: \"" + name + "\" is not database.table; write for example nyc.*"),
                        grouped(tables)
                                .filter(name -> !TABLE.matcher(name).matches())
                                .map(name -> "tables.together: \"" + name + "\" is not database.table"),
                        repeated(tables).stream(),
                        badZone(spec.window()).stream())
                .flatMap(problems -> problems)
                .findFirst();
    }

    private static Optional<String> repeated(RebalanceTables tables) {
        var seen = new HashSet<String>();
        return grouped(tables)
                .filter(name -> !seen.add(name))
                .findFirst()
                .map(name -> "tables.together: " + name + " appears twice; make one group of both");
    }

    private static Optional<String> badZone(TimeWindow window) {
        try {
            if (window != null) {
                zone(window);
            }
            return Optional.empty();
        } catch (DateTimeException e) {
            return Optional.of("window.timeZone: \"" + window.timeZone()
                    + "\" is not a time zone; write for example Europe/Berlin");
        }
    }

    private static RebalanceIntent intent(Rebalance resource, RebalanceSpec spec) {
        var metadata = resource.getMetadata();
        return new RebalanceIntent(
                metadata.getNamespace(),
                metadata.getName(),
                metadata.getUid(),
                spec.cluster(),
                Boolean.TRUE.equals(spec.dryRun()),
                Boolean.TRUE.equals(spec.paused()),
                spec.drain() == null ? Set.of() : Set.copyOf(spec.drain()),
                (spec.weights() == null ? Stream.<ShardWeight>empty() : spec.weights().stream())
                        .collect(Collectors.toMap(ShardWeight::shard, ShardWeight::weight)),
                Objects.requireNonNullElse(spec.imbalancePercent(), DEFAULT_TOLERANCE),
                spec.tables() == null ? Tables.ALL : tables(spec.tables()),
                spec.bandwidth() == null
                        ? OptionalLong.empty()
                        : OptionalLong.of(
                                Quantity.getAmountInBytes(spec.bandwidth()).longValue()),
                Objects.requireNonNullElse(spec.concurrency(), 1),
                Optional.ofNullable(spec.window())
                        .map(window ->
                                new Window(LocalTime.parse(window.from()), LocalTime.parse(window.to()), zone(window))),
                spec.reads() == Reads.Exact);
    }

    private static Tables tables(RebalanceTables tables) {
        return new Tables(
                listed(tables.include()).toList(),
                listed(tables.exclude()).toList(),
                tables.together() == null
                        ? List.of()
                        : tables.together().stream()
                                .map(group -> group.tables().stream()
                                        .map(RebalanceParser::tableName)
                                        .toList())
                                .toList());
    }

    private static TableName tableName(String name) {
        int dot = name.indexOf('.');
        return new TableName(name.substring(0, dot), name.substring(dot + 1));
    }

    private static ZoneId zone(TimeWindow window) {
        return ZoneId.of(Objects.requireNonNullElse(window.timeZone(), "UTC"));
    }

    private static Stream<String> listed(List<String> names) {
        return names == null ? Stream.empty() : names.stream();
    }

    private static Stream<String> grouped(RebalanceTables tables) {
        return tables.together() == null
                ? Stream.empty()
                : tables.together().stream().flatMap(group -> group.tables().stream());
    }
}
