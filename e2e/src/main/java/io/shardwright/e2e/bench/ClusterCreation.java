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
 * How long a cluster takes from apply until it is ready, by the same measure both times: every pod is ready, and every server
 * knows all hosts. The operator's own Ready must be there too where it made them.
 */
record ClusterCreation(Sandbox sandbox, String name, int shards, int replicas) {
    Duration byTheOperator() {
        long began = System.nanoTime();
        sandbox.apply(Yaml.cluster(name, shards, replicas));
        sandbox.awaitClusterReady(name);
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

    void awaitReady() {
        await("every pod is ready")
                .pollInterval(Duration.ofMillis(100))
                .atMost(Sandbox.SOON)
                .until(this::arePodsReady);
    }

    void awaitServing() {
        awaitReady();
        try (var sql = new HostSql(sandbox, name, "shardwright")) {
            for (var host : sql.hosts(shards, replicas)) {
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
                .withLabel(Labels.CLUSTER, name)
                .list()
                .getItems();
        return pods.size() == shards * replicas + 1 && pods.stream().allMatch(Readiness::isPodReady);
    }

    private boolean knowsEveryHost(HostSql sql, Host host) {
        try {
            return sql.number(host, "SELECT count() FROM system.clusters WHERE cluster = '" + name + "'")
                    == shards * replicas;
        } catch (ClickHouseException e) {
            return false;
        }
    }
}
