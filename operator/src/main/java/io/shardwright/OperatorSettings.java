package io.shardwright;

import java.util.Set;

/**
 * How the operator runs.
 *
 * @param namespaces to watch; empty for all
 * @param dnsDomain DNS domain of the Kubernetes cluster
 * @param workerImage image of the import workers
 * @param httpPort of health and metrics; 0 for any free one
 * @param leaderElection whether several operators may run, of which one leads
 */
public record OperatorSettings(
        Set<String> namespaces, String dnsDomain, String workerImage, int httpPort, boolean leaderElection) {}
