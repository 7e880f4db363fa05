package io.shardwright.crds;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;

/** A user's wish that a replica be replaced. */
public record ReplaceRequest(
        @JsonPropertyDescription("Index of the replica, as in the last number of its host's name.") @Required @Min(0)
        Integer replica,

        @JsonPropertyDescription("Why, for those who read the history.") @Required @Size(min = 1, max = 200)
        String reason,

        @JsonPropertyDescription(
                "True replaces it even if it was the last to hold some rows, or they cannot be shown to be elsewhere:"
                        + " those rows are gone for good. Default: false.")
        Boolean acceptDataLoss) {}
