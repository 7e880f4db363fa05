package io.shardwright.crds;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.kubernetes.api.model.Condition;
import java.util.List;

/** What the operator last saw of a shard. */
public record ShardStatus(
        @JsonPropertyDescription("The generation of the spec that this status speaks of.")
        Long observedGeneration,

        @JsonPropertyDescription("Replicas that are ready / replicas wanted.")
        String replicas,

        @JsonPropertyDescription("Replicas that are ready.") Integer readyReplicas,

        @JsonPropertyDescription("Bytes on disk of the active parts of all tables, on the fullest replica.")
        Long bytes,

        @JsonPropertyDescription("The same, for people.") String data,

        @JsonPropertyDescription("Ready, or what is going on, in a few words.")
        String summary,

        @JsonPropertyDescription("Each host of the shard.") List<ShardHostStatus> hosts,

        @JsonPropertyDescription("Accepted, Ready, Progressing and Degraded.")
        List<Condition> conditions,

        @JsonPropertyDescription("What is wanted but must wait, and why.")
        List<HoldStatus> holds,

        @JsonPropertyDescription("Which replicas serve, and how far those are that do not.")
        ReplacementStatus replacement) {
    /** The same without what another reconciler writes. */
    public ShardStatus withoutReplacement() {
        return new ShardStatus(
                observedGeneration, replicas, readyReplicas, bytes, data, summary, hosts, conditions, holds, null);
    }

    /** What one reconciler writes of a status that another writes the rest of. */
    public static ShardStatus of(ReplacementStatus replacement) {
        return new ShardStatus(null, null, null, null, null, null, null, null, null, replacement);
    }
}
