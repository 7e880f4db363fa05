package io.shardwright.replacement;

import io.fabric8.kubernetes.api.model.Quantity;
import io.shardwright.clickhouse.Dialect;
import io.shardwright.crds.ClickHouseCluster;
import io.shardwright.crds.ReplaceRequest;
import io.shardwright.crds.ReplacementSpec;
import io.shardwright.crds.Shard;
import io.shardwright.plan.Amounts;
import io.shardwright.plan.Parsed;
import io.shardwright.replacement.ReplacementIntent.Request;
import io.shardwright.topology.ClusterIntent;
import io.shardwright.topology.ClusterParser;
import io.shardwright.topology.Host;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;

/** Turns a Shard and its cluster into an intent; what is wrong with either, their own reconcilers say. */
final class ReplacementParser {
    private static final Duration AFTER = Duration.ofMinutes(10);

    private ReplacementParser() {}

    static Optional<ReplacementIntent> parse(Shard shard, Optional<ClickHouseCluster> cluster, String dnsDomain) {
        return cluster.flatMap(resource -> switch (ClusterParser.parse(resource, dnsDomain)) {
            case Parsed.Rejected<ClusterIntent> rejected -> Optional.empty();
            case Parsed.Accepted<ClusterIntent>(var intent) -> Optional.of(intent(shard, resource, intent));
        });
    }

    private static ReplacementIntent intent(Shard shard, ClickHouseCluster resource, ClusterIntent cluster) {
        var spec = shard.getSpec();
        var policy = Optional.ofNullable(resource.getSpec().replacement());
        return new ReplacementIntent(
                cluster,
                Dialect.of(cluster.version()),
                spec.index(),
                spec.members().stream()
                        .sorted()
                        .map(replica -> new Host(cluster.ref(), spec.index(), replica))
                        .toList(),
                Optional.of(policy.map(ReplacementSpec::after)
                                .map(Amounts::parseDuration)
                                .orElse(AFTER))
                        .filter(after -> !after.isZero()),
                policy.map(ReplacementSpec::onDrain).orElse(false),
                policy.map(ReplacementSpec::bandwidth)
                        .map(Quantity::getAmountInBytes)
                        .map(BigDecimal::longValue),
                Objects.requireNonNullElse(spec.replace(), List.<ReplaceRequest>of()).stream()
                        .map(request -> new Request(
                                request.replica(), request.reason(), Boolean.TRUE.equals(request.acceptDataLoss())))
                        .toList(),
                cluster.layout().hostsOf(spec.index()).stream()
                        .filter(cluster.leaving()::isFenced)
                        .collect(Collectors.toSet()));
    }
}
