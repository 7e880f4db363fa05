package io.shardwright.e2e.harness;

import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * Drains a node as {@code kubectl drain --pod-selector} does: nothing is scheduled to it any more, and its pods are evicted, again
 * and again those whose budget refuses it. Closing it gives the node back.
 */
public final class NodeDrain implements AutoCloseable {
    private final KubernetesClient client;
    private final String node;

    public NodeDrain(KubernetesClient client, String node) {
        this.client = client;
        this.node = node;
        setUnschedulable(true);
    }

    /**
     * @param pods those that are to go, as they are now
     * @return names of pods that a PodDisruptionBudget held, once for each refusal
     */
    public List<String> evict(Supplier<List<Pod>> pods, Duration limit) {
        var refused = new ArrayList<String>();
        await("the pods have left " + node)
                .pollInterval(Duration.ofSeconds(1))
                .atMost(limit)
                .until(() -> {
                    var here = pods.get().stream()
                            .filter(pod -> node.equals(pod.getSpec().getNodeName()))
                            .toList();
                    here.stream()
                            .filter(pod -> pod.getMetadata().getDeletionTimestamp() == null)
                            .filter(pod -> !client.pods().resource(pod).evict())
                            .map(pod -> pod.getMetadata().getName())
                            .forEach(refused::add);
                    return here.isEmpty();
                });
        return refused;
    }

    @Override
    public void close() {
        setUnschedulable(false);
    }

    private void setUnschedulable(boolean unschedulable) {
        client.nodes().withName(node).edit(found -> {
            found.getSpec().setUnschedulable(unschedulable);
            return found;
        });
    }
}
