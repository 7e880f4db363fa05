package io.shardwright;

import java.util.Optional;
import java.util.Set;

/**
 * How the operator runs.
 *
 * @param namespaces to watch; empty for all
 * @param dnsDomain DNS domain of the Kubernetes cluster
 * @param workerImage image of the import workers
 * @param httpPort of health and metrics; 0 for any free one
 * @param candidate under which one of several operators leads; empty when there is only one
 */
public record OperatorSettings(
        Set<String> namespaces, String dnsDomain, String workerImage, int httpPort, Optional<Candidate> candidate) {
    /**
     * A candidate for leadership.
     *
     * @param namespace of the Lease
     * @param identity that no other candidate has
     */
    public record Candidate(String namespace, String identity) {}
}
