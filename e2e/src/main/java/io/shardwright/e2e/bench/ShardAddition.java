package io.shardwright.e2e.bench;

import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.shardwright.crds.Rebalance;
import io.shardwright.crds.RebalancePhase;
import io.shardwright.e2e.harness.Sandbox;
import io.shardwright.e2e.harness.Yaml;
import io.shardwright.topology.Labels;
import java.time.Duration;
import java.util.Collection;

/** How long a cluster of one shard with data takes to have two that share it. */
record ShardAddition(DataCluster cluster) {
    private static final Duration BALANCED_WITHIN = Duration.ofMinutes(3);

    Duration byTheOperator() {
        long began = System.nanoTime();
        cluster.sandbox().apply(Yaml.cluster(DataCluster.NAME, 2, 2));
        await("both shards share the data")
                .pollInterval(Duration.ofMillis(100))
                .atMost(BALANCED_WITHIN)
                .until(this::isBalanced);
        creation().awaitServing();
        return Duration.ofNanos(System.nanoTime() - began);
    }

    private boolean isBalanced() {
        var sandbox = cluster.sandbox();
        var scaling = sandbox.cluster(DataCluster.NAME).getStatus().scaling();
        var rebalances = sandbox.client()
                .resources(Rebalance.class)
                .inNamespace(sandbox.namespace())
                .list()
                .getItems();
        return sandbox.clusterState(DataCluster.NAME).startsWith("Ready=True")
                && scaling != null
                && Integer.valueOf(2).equals(scaling.balancedShards())
                && !rebalances.isEmpty()
                && rebalances.stream()
                        .allMatch(rebalance -> rebalance.getStatus() != null
                                && rebalance.getStatus().phase() == RebalancePhase.Succeeded);
    }

    /**
     * @param grown what the operator made for two shards
     * @param partitions those that it moved
     */
    Duration byHand(RecordedObjects grown, Collection<String> partitions) {
        var objects = grown.in(cluster.sandbox().namespace());
        var moves = new MovesByHand(cluster.sql(), cluster.load());
        var schema = cluster.load().schema(cluster.sql().host(0, 0));
        long began = System.nanoTime();
        objects.forEach(this::createWhatIsMissing);
        creation().awaitReady();
        objects.forEach(this::applyConfigMap);
        touchPods();
        creation().awaitServing();
        for (int replica = 0; replica < 2; replica++) {
            cluster.load().create(cluster.sql().host(1, replica), "CREATE", schema);
        }
        moves.move(partitions, 0, 1);
        return Duration.ofNanos(System.nanoTime() - began);
    }

    private ClusterCreation creation() {
        return new ClusterCreation(cluster.sandbox(), DataCluster.NAME, 2, 2);
    }

    private void createWhatIsMissing(HasMetadata object) {
        var resource = cluster.sandbox().client().resource(object);
        if (resource.get() == null) {
            resource.create();
        }
    }

    /** When the new hosts' names resolve: a server that reads of one that does not forgets all others (18.16.1). */
    private void applyConfigMap(HasMetadata object) {
        if (object instanceof ConfigMap) {
            cluster.sandbox().client().resource(object).update();
        }
    }

    /** Makes the kubelet look at the ConfigMaps at once, and not within a minute. */
    private void touchPods() {
        Sandbox sandbox = cluster.sandbox();
        var pods = sandbox.client().pods().inNamespace(sandbox.namespace());
        pods.withLabel(Labels.COMPONENT, Labels.Component.clickhouse.name())
                .list()
                .getItems()
                .forEach(pod -> pods.resource(pod).edit(standing -> new PodBuilder(standing)
                        .editMetadata()
                        .addToAnnotations("touched", "by-hand")
                        .endMetadata()
                        .build()));
    }
}
