package io.shardwright.shard;

import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudgetBuilder;
import io.shardwright.topology.Labels;
import io.shardwright.topology.Ports;

/** The objects that all hosts of a shard share. */
final class ShardResources {
    private ShardResources() {}

    /** Any ready replica of the shard. */
    static Service service(ShardIntent shard) {
        return new ServiceBuilder()
                .withMetadata(metadata(shard))
                .withNewSpec()
                .withType("ClusterIP")
                .withSelector(Labels.ofShard(shard.cluster().ref(), shard.index()))
                .withPorts(Ports.HTTP.ofService(), Ports.TCP.ofService())
                .endSpec()
                .build();
    }

    /** Drains take one replica of a shard at a time. */
    static PodDisruptionBudget disruptionBudget(ShardIntent shard) {
        return new PodDisruptionBudgetBuilder()
                .withMetadata(metadata(shard))
                .withNewSpec()
                .withMaxUnavailable(new IntOrString(1))
                .withNewSelector()
                .withMatchLabels(Labels.ofShard(shard.cluster().ref(), shard.index()))
                .endSelector()
                .endSpec()
                .build();
    }

    private static ObjectMeta metadata(ShardIntent shard) {
        var cluster = shard.cluster().ref();
        return new ObjectMetaBuilder()
                .withName(cluster.name() + "-shard-" + shard.index())
                .withNamespace(cluster.namespace())
                .withLabels(Labels.ofShard(cluster, shard.index()))
                .withOwnerReferences(shard.owner())
                .build();
    }
}
