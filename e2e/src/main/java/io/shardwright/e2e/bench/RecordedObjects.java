package io.shardwright.e2e.bench;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.shardwright.e2e.harness.Sandbox;
import io.shardwright.topology.Labels;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * What the operator made for a cluster, so that the same can be applied by hand: every ConfigMap, Secret, Service,
 * PodDisruptionBudget and StatefulSet as it stands in the end, without what the API server added and without owners. They
 * are more complete than what a person would begin with: remote_servers lists every host from the start.
 */
record RecordedObjects(String namespace, List<HasMetadata> objects, KubernetesSerialization serialization) {
    static RecordedObjects of(Sandbox sandbox) {
        var client = sandbox.client();
        var objects = new ArrayList<HasMetadata>();
        lists(client, sandbox.namespace()).forEach(objects::addAll);
        objects.forEach(RecordedObjects::strip);
        return new RecordedObjects(sandbox.namespace(), List.copyOf(objects), client.getKubernetesSerialization());
    }

    /** The same objects for another namespace, whose name is part of the hosts' names too. */
    List<HasMetadata> in(String other) {
        return objects.stream()
                .map(object -> (HasMetadata)
                        serialization.unmarshal(serialization.asJson(object).replace(namespace, other)))
                .toList();
    }

    private static Stream<List<? extends HasMetadata>> lists(KubernetesClient client, String namespace) {
        return Stream.of(
                client.configMaps()
                        .inNamespace(namespace)
                        .withLabel(Labels.MANAGED_BY, Labels.OPERATOR)
                        .list()
                        .getItems(),
                client.secrets()
                        .inNamespace(namespace)
                        .withLabel(Labels.MANAGED_BY, Labels.OPERATOR)
                        .list()
                        .getItems(),
                client.services()
                        .inNamespace(namespace)
                        .withLabel(Labels.MANAGED_BY, Labels.OPERATOR)
                        .list()
                        .getItems(),
                client.policy()
                        .v1()
                        .podDisruptionBudget()
                        .inNamespace(namespace)
                        .withLabel(Labels.MANAGED_BY, Labels.OPERATOR)
                        .list()
                        .getItems(),
                client.apps()
                        .statefulSets()
                        .inNamespace(namespace)
                        .withLabel(Labels.MANAGED_BY, Labels.OPERATOR)
                        .list()
                        .getItems());
    }

    private static void strip(HasMetadata object) {
        var metadata = object.getMetadata();
        object.setMetadata(new ObjectMetaBuilder()
                .withName(metadata.getName())
                .withNamespace(metadata.getNamespace())
                .withLabels(metadata.getLabels())
                .withAnnotations(metadata.getAnnotations())
                .build());
        if (object instanceof Service service
                && !"None".equals(service.getSpec().getClusterIP())) {
            service.getSpec().setClusterIP(null);
            service.getSpec().setClusterIPs(null);
        }
        if (object instanceof ConfigMap configMap) {
            // Nobody but the operator would make it: the servers are to use ZooKeeper's own root.
            configMap.getData().replaceAll((file, text) -> text.replaceAll("<root>[^<]*</root>", ""));
        }
        if (object instanceof StatefulSet statefulSet) {
            // Nobody but the operator would open them.
            statefulSet.getSpec().getTemplate().getSpec().setReadinessGates(null);
        }
    }
}
