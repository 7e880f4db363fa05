package io.shardwright.crds;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;

/** A step that cannot be taken back. */
public record HistoryEntry(
        @JsonPropertyDescription("When it was taken.") String at,

        @JsonPropertyDescription("What was done.") String what,

        @JsonPropertyDescription("What was verified before.")
        String verified) {}
