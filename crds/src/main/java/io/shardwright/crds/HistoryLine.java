package io.shardwright.crds;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;

/** Something that was done and cannot be undone. */
public record HistoryLine(
        @JsonPropertyDescription("When, RFC 3339.") String at,

        @JsonPropertyDescription("What was done.") String what,

        @JsonPropertyDescription("What had been verified before.")
        String verified) {}
