package io.shardwright.e2e.harness;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import io.fabric8.kubernetes.client.readiness.Readiness;
import io.shardwright.topology.Labels;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;

/** Watches the hosts of a cluster whose pods are all ready now. Closing it fails if two of a shard were ever unready at once. */
public final class HostWatch implements AutoCloseable {
    private final Map<String, Boolean> ready = new ConcurrentHashMap<>();
    private final List<String> violations = new CopyOnWriteArrayList<>();
    private final SharedIndexInformer<Pod> informer;

    public HostWatch(Sandbox sandbox, String cluster) {
        informer = sandbox.client()
                .pods()
                .inNamespace(sandbox.namespace())
                .withLabel(Labels.CLUSTER, cluster)
                .withLabel(Labels.COMPONENT, Labels.Component.clickhouse.name())
                .inform(new ResourceEventHandler<>() {
                    @Override
                    public void onAdd(Pod pod) {
                        saw(pod, Readiness.isPodReady(pod));
                    }

                    @Override
                    public void onUpdate(Pod before, Pod now) {
                        saw(now, Readiness.isPodReady(now) && now.getMetadata().getDeletionTimestamp() == null);
                    }

                    @Override
                    public void onDelete(Pod pod, boolean unknown) {
                        saw(pod, false);
                    }
                });
    }

    private synchronized void saw(Pod pod, boolean isReady) {
        var host = pod.getMetadata().getName();
        ready.put(host, isReady);
        var shard = shardOf(host);
        var unready = new TreeMap<>(ready)
                .entrySet().stream()
                        .filter(entry ->
                                !entry.getValue() && shardOf(entry.getKey()).equals(shard))
                        .map(Map.Entry::getKey)
                        .collect(Collectors.toList());
        if (unready.size() > 1) {
            violations.add(unready.toString());
        }
    }

    /** A pod's name is cluster-shard-replica-0. */
    private static String shardOf(String pod) {
        return pod.replaceFirst("-\\d+-0$", "");
    }

    @Override
    public void close() {
        informer.close();
        if (!violations.isEmpty()) {
            throw new AssertionError("more than one host of a shard was unready: " + violations);
        }
    }
}
