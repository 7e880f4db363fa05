package io.shardwright.crds;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;

/** What the operator last saw of one host. */
public record ShardHostStatus(
        @JsonPropertyDescription("Name of the host: its StatefulSet, headless Service and {replica} macro.")
        String name,

        @JsonPropertyDescription("Node that its pod runs on.")
        String node,

        @JsonPropertyDescription("IP address of its pod; without one its name does not resolve.")
        String address,

        @JsonPropertyDescription(
                "True when it answers, knows every host of the cluster, and none of its replicas is" + " read-only.")
        Boolean ready,

        @JsonPropertyDescription("Version that the server reports.")
        String version,

        @JsonPropertyDescription("Bytes on disk of its active parts.")
        Long bytes,

        @JsonPropertyDescription("What is missing, when it is not ready.")
        String message) {}
