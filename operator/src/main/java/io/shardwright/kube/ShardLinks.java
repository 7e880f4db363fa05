package io.shardwright.kube;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.javaoperatorsdk.operator.api.config.informer.InformerEventSourceConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.shardwright.crds.ClickHouseCluster;
import io.shardwright.crds.Shard;
import io.shardwright.topology.Labels;
import java.util.Set;
import java.util.stream.Collectors;

/** How the reconcilers of Shards find the Shard of a pod, and the Shards of a cluster. */
public final class ShardLinks {
    private ShardLinks() {}

    /** Pods are owned by their StatefulSet; their labels tell the shard. */
    public static InformerEventSourceConfiguration.Builder<Pod> pods(String labelSelector) {
        return InformerEventSourceConfiguration.from(Pod.class, Shard.class)
                .withLabelSelector(labelSelector)
                .withSecondaryToPrimaryMapper(pod -> Set.of(shardOf(pod)));
    }

    public static InformerEventSourceConfiguration.Builder<ClickHouseCluster> clusters(
            EventSourceContext<Shard> context) {
        return InformerEventSourceConfiguration.from(ClickHouseCluster.class, Shard.class)
                .withSecondaryToPrimaryMapper(
                        cluster -> shardsOf(cluster, cluster.getMetadata().getName(), context))
                .withPrimaryToSecondaryMapper((Shard shard) -> Set.of(new ResourceID(
                        shard.getSpec().cluster(), shard.getMetadata().getNamespace())));
    }

    /** @param object of the cluster's namespace */
    public static Set<ResourceID> shardsOf(HasMetadata object, String cluster, EventSourceContext<Shard> context) {
        return context.getPrimaryCache()
                .list(
                        object.getMetadata().getNamespace(),
                        shard -> cluster.equals(shard.getSpec().cluster()))
                .map(ResourceID::fromResource)
                .collect(Collectors.toSet());
    }

    private static ResourceID shardOf(Pod pod) {
        var labels = pod.getMetadata().getLabels();
        return new ResourceID(
                labels.get(Labels.CLUSTER) + "-" + labels.get(Labels.SHARD),
                pod.getMetadata().getNamespace());
    }
}
