package io.shardwright.shard;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSetBuilder;
import io.shardwright.serverconfig.ConfigFiles;
import io.shardwright.serverconfig.HostXml;
import io.shardwright.topology.Host;
import io.shardwright.topology.Labels;
import io.shardwright.topology.Ports;
import io.shardwright.topology.VolumeClaims;
import java.util.TreeMap;

/** The objects of one host. */
final class HostResources {
    private HostResources() {}

    /** The host's part of config.d. */
    static ConfigMap config(ShardIntent shard, Host host) {
        return new ConfigMapBuilder()
                .withMetadata(metadata(shard, host))
                .addToData(ConfigFiles.HOST_XML, HostXml.render(host))
                .build();
    }

    /** Headless: the address of the pod, ready or not, for those who must speak to the very server that runs now. */
    static Service service(ShardIntent shard, Host host) {
        return new ServiceBuilder()
                .withMetadata(metadata(shard, host))
                .withNewSpec()
                .withClusterIP("None")
                .withPublishNotReadyAddresses(true)
                .withSelector(Labels.of(host))
                .withPorts(Ports.HTTP.ofService(), Ports.TCP.ofService())
                .endSpec()
                .build();
    }

    static StatefulSet statefulSet(ShardIntent shard, Host host) {
        var additions = shard.cluster().pod();
        var podLabels = new TreeMap<>(additions.labels());
        podLabels.putAll(Labels.of(host));
        return new StatefulSetBuilder()
                .withMetadata(metadata(shard, host))
                .withNewSpec()
                .withReplicas(1)
                .withServiceName(host.name())
                // The other policy waits for a pod that cannot become ready before it takes in the template that mends
                // it.
                .withPodManagementPolicy("Parallel")
                .withNewSelector()
                .withMatchLabels(Labels.of(host))
                .endSelector()
                .withPersistentVolumeClaimRetentionPolicy(VolumeClaims.retention())
                .withNewTemplate()
                .withNewMetadata()
                .withLabels(podLabels)
                .withAnnotations(new TreeMap<>(additions.annotations()))
                .endMetadata()
                .withSpec(PodMerge.merge(ServerPod.spec(shard.cluster(), host), additions.spec()))
                .endTemplate()
                .withVolumeClaimTemplates(VolumeClaims.template(shard.cluster().storage(), Labels.of(host)))
                .endSpec()
                .build();
    }

    private static ObjectMeta metadata(ShardIntent shard, Host host) {
        return new ObjectMetaBuilder()
                .withName(host.name())
                .withNamespace(host.cluster().namespace())
                .withLabels(Labels.of(host))
                .withOwnerReferences(shard.owner())
                .build();
    }
}
