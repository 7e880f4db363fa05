package io.shardwright.crds;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Size;
import java.util.List;

/** How replicas go when fewer are asked for. */
public record ScalingSpec(
        @JsonPropertyDescription(
                "Hosts that go first when fewer replicas are asked for, e.g. flights-0-1. Without it: those"
                        + " that are not in service, then those with the highest index.")
        @Size(max = 1000)
        List<String> removeFirst) {}
