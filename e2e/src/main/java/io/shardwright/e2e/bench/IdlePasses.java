package io.shardwright.e2e.bench;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.shardwright.crds.Shard;
import io.shardwright.e2e.harness.Metrics;
import io.shardwright.e2e.harness.OperatorPod;
import java.time.Duration;
import java.util.List;

/**
 * What the operator does while there is nothing to do, with 6 hosts. The API server counts requests by kind and verb, not by
 * who sent them, so that those of others count too: what is told is at most what the operator does. Only kinds that it writes
 * are looked at; the renewal of its Lease is not among them.
 */
final class IdlePasses {
    private static final Duration SETTLING = Duration.ofSeconds(10);
    private static final Duration WINDOW = Duration.ofSeconds(70);
    private static final String REQUESTS = "apiserver_request_total";
    private static final List<String> KINDS = List.of(
            "clickhouseclusters",
            "shards",
            "tables",
            "importjobs",
            "configmaps",
            "secrets",
            "services",
            "statefulsets",
            "poddisruptionbudgets",
            "pods",
            "jobs");
    private static final List<String> WRITES = List.of("POST", "PUT", "PATCH", "APPLY", "DELETE");

    private final KubernetesClient client;
    private final OperatorPod operator;
    private final Report report;

    IdlePasses(KubernetesClient client, OperatorPod operator, Report report) {
        this.client = client;
        this.operator = operator;
        this.report = report;
    }

    void measure() {
        sleep(SETTLING);
        var apiBefore = apiServer();
        var operatorBefore = operator.metrics();
        sleep(WINDOW);
        var operatorAfter = operator.metrics();
        var apiAfter = apiServer();
        double passes = passes(operatorAfter) - passes(operatorBefore);
        double calls = calls(operatorAfter) - calls(operatorBefore);
        double seconds = seconds(operatorAfter) - seconds(operatorBefore);
        report.note(Report.IDLE_WRITES, requests(apiAfter, WRITES) - requests(apiBefore, WRITES));
        report.note(Report.IDLE_LISTS, requests(apiAfter, List.of("LIST")) - requests(apiBefore, List.of("LIST")));
        report.note(Report.IDLE_CALLS, calls / looksAtHosts(operatorBefore, operatorAfter));
        report.note(Report.IDLE_SECONDS, passes == 0 ? 0 : seconds / passes);
        report.note(Report.IDLE_PASSES, passes);
    }

    /** A pass of a Shard looks at each of its hosts. Every Shard of every cluster that stands has as many passes. */
    private double looksAtHosts(Metrics before, Metrics after) {
        var shards = client.resources(Shard.class).inAnyNamespace().list().getItems();
        double hosts = shards.stream()
                .mapToInt(shard -> shard.getSpec().members().size())
                .sum();
        return (shardPasses(after) - shardPasses(before)) * hosts / shards.size();
    }

    private Metrics apiServer() {
        return Metrics.parse(client.raw("/metrics"));
    }

    private static double requests(Metrics metrics, List<String> verbs) {
        return KINDS.stream()
                .flatMapToDouble(kind -> verbs.stream()
                        .mapToDouble(
                                verb -> metrics.sum(REQUESTS, "resource=\"" + kind + "\"", "verb=\"" + verb + "\"")))
                .sum();
    }

    private static double passes(Metrics metrics) {
        return metrics.sum("shardwright_reconciles_seconds_count");
    }

    private static double shardPasses(Metrics metrics) {
        return metrics.sum("shardwright_reconciles_seconds_count", "controller=\"shard\"");
    }

    private static double seconds(Metrics metrics) {
        return metrics.sum("shardwright_reconciles_seconds_sum");
    }

    private static double calls(Metrics metrics) {
        return metrics.sum("shardwright_clickhouse_calls_total");
    }

    private static void sleep(Duration duration) {
        try {
            Thread.sleep(duration);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
