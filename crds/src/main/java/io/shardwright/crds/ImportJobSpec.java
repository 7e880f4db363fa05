package io.shardwright.crds;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;

/** What a user asks of an import. It says everything once: to load something else, create another ImportJob. */
@ValidationRule(
        value = "self == oldSelf",
        message = "an ImportJob cannot be changed: it loads its files once; delete it and create another")
public record ImportJobSpec(
        @JsonPropertyDescription("The Table, in the same namespace, that the rows go to.")
        @Required
        @Size(min = 1, max = 253)
        String table,

        @JsonPropertyDescription("Where the rows come from, and how they are written.") @Required
        ImportSourceSpec source,

        @JsonPropertyDescription(
                "How often a worker that stopped before its end is started anew, 0 to 10. What a worker"
                        + " refuses (a missing file, a malformed row) is not tried again. Default: 3.")
        @Default("3")
        @Min(0)
        @Max(10)
        Integer backoffLimit) {}
