package io.shardwright.crds;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.kubernetes.api.model.Condition;
import java.util.List;

/** What the operator last saw of an import. */
public record ImportJobStatus(
        @JsonPropertyDescription("The generation of the spec that this status speaks of.")
        Long observedGeneration,

        @JsonPropertyDescription("Pending, Loading, Publishing, Succeeded or Failed.")
        ImportPhase phase,

        @JsonPropertyDescription("Rows that have been read and staged.")
        Long rows,

        @JsonPropertyDescription("Bytes of the files, as they are transferred, that have been read.")
        Long bytes,

        @JsonPropertyDescription("Bytes of all files, where the server tells.")
        Long totalBytes,

        @JsonPropertyDescription("Bytes read of all bytes, 0 to 100.")
        Integer percent,

        @JsonPropertyDescription("The same, for people.") String progress,

        @JsonPropertyDescription("Rows per second since the worker began.")
        Long rowsPerSecond,

        @JsonPropertyDescription("The same, for people.") String rate,

        @JsonPropertyDescription("Time left at this rate, for people.")
        String left,

        @JsonPropertyDescription("When the worker began, RFC 3339.")
        String startTime,

        @JsonPropertyDescription("When the import ended, RFC 3339.")
        String completionTime,

        @JsonPropertyDescription("Succeeded, or what is going on, in a few words.")
        String summary,

        @JsonPropertyDescription("Where the rows of each shard wait to be published.")
        List<StagingStatus> staging,

        @JsonPropertyDescription("What made the import fail.")
        ImportFailure failure,

        @JsonPropertyDescription("Accepted, Ready, Progressing and Degraded.")
        List<Condition> conditions,

        @JsonPropertyDescription("What is wanted but must wait, and why.")
        List<HoldStatus> holds) {}
