package io.shardwright.crds;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.kubernetes.api.model.Condition;
import java.util.List;

/** What the operator last saw of a table. */
public record TableStatus(
        @JsonPropertyDescription("The generation of the spec that this status speaks of.")
        Long observedGeneration,

        @JsonPropertyDescription("Rows, each shard counted once.")
        Long rows,

        @JsonPropertyDescription("Bytes on disk of the active parts, each shard counted once.")
        Long bytes,

        @JsonPropertyDescription("The same, for people.") String size,

        @JsonPropertyDescription("Hosts on which the table stands as declared / hosts of the cluster.")
        String hostsReady,

        @JsonPropertyDescription("Ready, or what is going on, in a few words.")
        String summary,

        @JsonPropertyDescription("The table on each host.") List<TableHostStatus> hosts,

        @JsonPropertyDescription("Accepted, Ready, Progressing and Degraded.")
        List<Condition> conditions,

        @JsonPropertyDescription("What is wanted but must wait, and why.")
        List<HoldStatus> holds) {}
