package io.shardwright;

import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.shardwright.kube.ObjectJson;
import java.time.Clock;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The operator itself. */
@Command(
        name = "operator",
        description = "Reconciles ClickHouseClusters, Shards, Tables, ImportJobs and Rebalances.",
        mixinStandardHelpOptions = true)
final class OperatorCommand implements Callable<Integer> {
    @Option(
            names = "--watch-namespaces",
            split = ",",
            defaultValue = "${env:SHARDWRIGHT_WATCH_NAMESPACES:-}",
            description = "Namespaces to watch, separated by commas. Default: all.")
    private Set<String> namespaces = Set.of();

    @Option(
            names = "--dns-domain",
            defaultValue = "${env:SHARDWRIGHT_DNS_DOMAIN:-cluster.local}",
            description = "DNS domain of the Kubernetes cluster. Default: ${DEFAULT-VALUE}.")
    private String dnsDomain;

    @Option(
            names = "--worker-image",
            defaultValue = "${env:SHARDWRIGHT_WORKER_IMAGE:-shardwright/operator:0.1.0}",
            description = "Image of the import workers: the operator's own. Default: ${DEFAULT-VALUE}.")
    private String workerImage;

    @Option(
            names = "--http-port",
            defaultValue = "${env:SHARDWRIGHT_HTTP_PORT:-8080}",
            description = "Port of /healthz, /readyz and /metrics. Default: ${DEFAULT-VALUE}.")
    private int httpPort;

    @Option(
            names = "--leader-election",
            arity = "0..1",
            fallbackValue = "true",
            defaultValue = "${env:SHARDWRIGHT_LEADER_ELECTION:-false}",
            description =
                    "Let one of several operators lead, by a Lease in its own namespace. Default: ${DEFAULT-VALUE}.")
    private boolean leaderElection;

    @Option(
            names = "--lease-namespace",
            defaultValue = "${env:POD_NAMESPACE:-default}",
            description = "Namespace of the Lease: the operator's own. Default: ${DEFAULT-VALUE}.")
    private String leaseNamespace;

    @Option(
            names = "--identity",
            defaultValue = "${env:POD_NAME:-${env:HOSTNAME}}",
            description = "What to sign the Lease with; no other operator may use it. Default: the pod's name.")
    private String identity;

    @Override
    public Integer call() throws InterruptedException {
        var settings = new OperatorSettings(
                namespaces.stream().filter(namespace -> !namespace.isBlank()).collect(Collectors.toUnmodifiableSet()),
                dnsDomain,
                workerImage,
                httpPort,
                leaderElection
                        ? Optional.of(new OperatorSettings.Candidate(leaseNamespace, identity))
                        : Optional.empty());
        var client = new KubernetesClientBuilder()
                .withKubernetesSerialization(ObjectJson.SERIALIZATION)
                .build();
        var meters = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        var process = new OperatorProcess(settings, client, meters, Clock.systemUTC());
        process.start();
        Runtime.getRuntime().addShutdownHook(new Thread(process::close, "shutdown"));
        Thread.currentThread().join();
        return 0;
    }
}
