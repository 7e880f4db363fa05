package io.shardwright.crds;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.kubernetes.api.model.Condition;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/** What the operator last saw of a cluster. */
public record ClickHouseClusterStatus(
        @JsonPropertyDescription("The generation of the spec that this status speaks of.")
        Long observedGeneration,

        @JsonPropertyDescription("Shards that are ready / shards wanted.")
        String shards,

        @JsonPropertyDescription("Replicas that are ready / replicas wanted, over all shards.")
        String replicas,

        @JsonPropertyDescription("The replicas of each shard, by their indexes.")
        List<ShardMembers> layout,

        @JsonPropertyDescription("Bytes on disk of the active parts of all tables, each shard counted once.")
        Long bytes,

        @JsonPropertyDescription("The same, for people.") String data,

        @JsonPropertyDescription("Ready, or what is going on, in a few words.")
        String summary,

        @JsonPropertyDescription("Accepted, Ready, Progressing and Degraded.")
        List<Condition> conditions,

        @JsonPropertyDescription("What is wanted but must wait, and why.")
        List<HoldStatus> holds,

        @JsonPropertyDescription("Shards and replicas that come and go.")
        ScalingStatus scaling,

        @JsonPropertyDescription("How evenly the shards share what the cluster holds.")
        BalanceStatus balance) {
    /** What the cluster's own reconciler says; scaling and balance are told by others, and what is not sent is not touched. */
    public ClickHouseClusterStatus ofClusterAlone() {
        return new ClickHouseClusterStatus(
                observedGeneration, shards, replicas, layout, bytes, data, summary, conditions, holds, null, null);
    }

    /** What waits, whoever says so. */
    public List<HoldStatus> allHolds() {
        return Stream.of(holds, scaling == null ? null : scaling.holds(), balance == null ? null : balance.holds())
                .filter(Objects::nonNull)
                .flatMap(List::stream)
                .toList();
    }

    /** Only what the scaling reconciler says. */
    public static ClickHouseClusterStatus of(ScalingStatus scaling) {
        return new ClickHouseClusterStatus(null, null, null, null, null, null, null, null, null, scaling, null);
    }

    /** Only what the balance reconciler says. */
    public static ClickHouseClusterStatus of(BalanceStatus balance) {
        return new ClickHouseClusterStatus(null, null, null, null, null, null, null, null, null, null, balance);
    }
}
