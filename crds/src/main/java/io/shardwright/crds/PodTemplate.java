package io.shardwright.crds;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.crd.generator.annotation.PreserveUnknownFields;
import java.util.Map;

/** Additions to a pod. */
public record PodTemplate(
        @JsonPropertyDescription("Labels to add to the pod.")
        Map<String, String> labels,

        @JsonPropertyDescription("Annotations to add to the pod.")
        Map<String, String> annotations,

        @JsonPropertyDescription(
                "A partial PodSpec, merged over the operator's: objects field by field, lists of objects by"
                        + " their items' name. The servers' container is named clickhouse. The"
                        + " imagePullSecrets are those of ZooKeeper's pods and of the workers of imports too.")
        @PreserveUnknownFields
        JsonNode spec) {}
