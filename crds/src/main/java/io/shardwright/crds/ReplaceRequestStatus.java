package io.shardwright.crds;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;

/** What has become of an entry of spec.replace. */
public record ReplaceRequestStatus(
        @JsonPropertyDescription("Index of the replica.") Integer replica,

        @JsonPropertyDescription("The volume that it had when the operator first read the entry: the uid of its claim.")
        String volume,

        @JsonPropertyDescription("True when it is done; the entry may be removed.")
        Boolean done) {}
