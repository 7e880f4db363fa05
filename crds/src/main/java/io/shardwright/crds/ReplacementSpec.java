package io.shardwright.crds;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.ValidationRule;
import io.fabric8.kubernetes.api.model.Quantity;

/** When a replica is given up and made anew. */
@ValidationRule(
        value = "!has(self.bandwidth) || quantity(string(self.bandwidth)).isGreaterThan(quantity('0'))",
        message = "replacement.bandwidth must be greater than 0, e.g. 50Mi; leave it out for no limit")
public record ReplacementSpec(
        @JsonPropertyDescription(
                "How long the node of a replica whose volume cannot leave it may be away before the replica is replaced,"
                        + " e.g. 30s, 10m or 2h. 0s never replaces it unasked: name it in spec.replace of its Shard."
                        + " Default: 10m.")
        @Default("10m")
        @Pattern("^[0-9]{1,6}(s|m|h|d)$")
        String after,

        @JsonPropertyDescription(
                "True replaces a replica whose volume cannot leave a node that is drained, once its pod was evicted."
                        + " Default: false.")
        @Default("false")
        Boolean onDrain,

        @JsonPropertyDescription(
                "Bytes per second that a replica which is made anew fetches at most, on average, from when its tables were"
                        + " made, e.g. 50Mi. Default: no limit.")
        Quantity bandwidth) {}
