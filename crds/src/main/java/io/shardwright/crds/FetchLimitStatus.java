package io.shardwright.crds;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;

/** How fast a host may fetch. */
public record FetchLimitStatus(
        @JsonPropertyDescription("Bytes per second, at most, on average.")
        Long bytesPerSecond,

        @JsonPropertyDescription("Since when, RFC 3339.") String since,

        @JsonPropertyDescription("Bytes of replicated tables that it had then.")
        Long bytes) {}
