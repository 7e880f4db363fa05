package io.shardwright.crds;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;

/** What made an import fail. */
public record ImportFailure(
        @JsonPropertyDescription("URL of the file.") String file,

        @JsonPropertyDescription("Line of the file, from 1.")
        Long line,

        @JsonPropertyDescription("What is wrong with it, in the server's words where it spoke.")
        String message) {}
