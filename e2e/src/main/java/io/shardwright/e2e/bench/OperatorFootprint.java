package io.shardwright.e2e.bench;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.shardwright.e2e.harness.OperatorPod;
import io.shardwright.e2e.harness.Yaml;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * The operator's memory and start-up in its pod. Memory is what the kubelet tells of the container's cgroup. Kubernetes tells
 * the second in which a container began and not more, so that a start-up is up to a second shorter than what is told here.
 */
final class OperatorFootprint {
    private static final Pattern STARTED = Pattern.compile("^(\\S+) +INFO .*operator started", Pattern.MULTILINE);

    private final KubernetesClient client;
    private final OperatorPod operator;
    private final Report report;

    OperatorFootprint(KubernetesClient client, OperatorPod operator, Report report) {
        this.client = client;
        this.operator = operator;
        this.report = report;
    }

    void measure(int rounds) {
        for (int round = 0; round < rounds; round++) {
            operator.kill();
            report.add(Report.START, startUp());
        }
        try (var sandbox = Bench.sandbox(client)) {
            sandbox.apply(Yaml.cluster("one", 2, 2));
            sandbox.awaitClusterReady("one");
            report.note(Report.MEMORY, residentMebibytes());
        }
    }

    private Duration startUp() {
        var pod = operator.pod();
        var began = Instant.parse(pod.getStatus()
                .getContainerStatuses()
                .getFirst()
                .getState()
                .getRunning()
                .getStartedAt());
        var started = STARTED.matcher(operator.log());
        if (!started.find()) {
            throw new IllegalStateException("the operator's log does not say when it started");
        }
        return Duration.between(began, Instant.parse(started.group(1)));
    }

    private double residentMebibytes() {
        var pod = operator.pod();
        var summary = client.getKubernetesSerialization()
                .unmarshal(
                        client.raw("/api/v1/nodes/" + pod.getSpec().getNodeName() + "/proxy/stats/summary"), Map.class);
        for (var item : (Iterable<?>) summary.get("pods")) {
            var stats = (Map<?, ?>) item;
            if (pod.getMetadata().getName().equals(((Map<?, ?>) stats.get("podRef")).get("name"))) {
                var container = (Map<?, ?>)
                        ((Iterable<?>) stats.get("containers")).iterator().next();
                var bytes = (Number) ((Map<?, ?>) container.get("memory")).get("rssBytes");
                return bytes.doubleValue() / (1 << 20);
            }
        }
        throw new IllegalStateException("the kubelet tells nothing of the operator's pod");
    }
}
