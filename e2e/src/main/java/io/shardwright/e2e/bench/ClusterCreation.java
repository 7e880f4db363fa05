package io.shardwright.e2e.bench;

import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.client.readiness.Readiness;
import io.shardwright.clickhouse.ClickHouseException;
import io.shardwright.e2e.harness.HostSql;
import io.shardwright.e2e.harness.Sandbox;
import io.shardwright.e2e.harness.Yaml;
import io.shardwright.topology.Host;
import io.shardwright.topology.Labels;
import java.time.Duration;

/**
 * How long a cluster of 2 shards of 2 replicas takes from apply until it is ready, by the same measure both times: every pod
 * is ready, and every server knows all four hosts. The operator's own Ready must be there too where it made them.
 */
final class ClusterCreation {
    private static final String NAME = "bench";
    private static final int SHARDS = 2;
    private static final int REPLICAS = 2;

    private final Sandbox sandbox;

    ClusterCreation(Sandbox sandbox) {
        this.sandbox = sandbox;
    }

    Duration byTheOperator() {
        long began = System.nanoTime();
        sandbox.apply(Yaml.cluster(NAME, SHARDS, REPLICAS));
        sandbox.awaitClusterReady(NAME);
        awaitServing();
        return Duration.ofNanos(System.nanoTime() - began);
    }

    Duration byHand(RecordedObjects recorded) {
        var objects = recorded.in(sandbox.namespace());
        long began = System.nanoTime();
        objects.forEach(object -> sandbox.client().resource(object).create());
        awaitServing();
        return Duration.ofNanos(System.nanoTime() - began);
    }

    private void awaitServing() {
        await("every pod is ready")
                .pollInterval(Duration.ofMillis(100))
                .atMost(Sandbox.SOON)
                .until(this::arePodsReady);
        try (var sql = new HostSql(sandbox, NAME, "shardwright")) {
            for (var host : sql.hosts(SHARDS, REPLICAS)) {
                await(host.name() + " knows every host")
                        .pollInterval(Duration.ofMillis(100))
                        .atMost(Sandbox.SOON)
                        .until(() -> knowsEveryHost(sql, host));
            }
        }
    }

    private boolean arePodsReady() {
        var pods = sandbox.client()
                .pods()
                .inNamespace(sandbox.namespace())
                .withLabel(Labels.CLUSTER, NAME)
                .list()
                .getItems();
        return pods.size() == SHARDS * REPLICAS + 1 && pods.stream().allMatch(Readiness::isPodReady);
    }

    private static boolean knowsEveryHost(HostSql sql, Host host) {
        try {
            return sql.number(host, "SELECT count() FROM system.clusters WHERE cluster = '" + NAME + "'")
                    == SHARDS * REPLICAS;
        } catch (ClickHouseException e) {
            return false;
        }
    }
}
