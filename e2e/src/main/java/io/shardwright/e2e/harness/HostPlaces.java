package io.shardwright.e2e.harness;

import io.fabric8.kubernetes.api.model.Pod;
import io.shardwright.topology.Host;
import io.shardwright.topology.Labels;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The nodes that the pods of a cluster stand on, at the moment when they are asked for. */
public final class HostPlaces {
    private final Sandbox sandbox;
    private final String cluster;
    private final Collection<Host> hosts;

    public HostPlaces(Sandbox sandbox, String cluster, Collection<Host> hosts) {
        this.sandbox = sandbox;
        this.cluster = cluster;
        this.hosts = List.copyOf(hosts);
    }

    public Stream<Pod> servers() {
        return pods(Labels.Component.clickhouse);
    }

    public List<Host> on(String node) {
        return byNode().getOrDefault(node, List.of());
    }

    public Map<String, List<Host>> byNode() {
        var byPod = hosts.stream().collect(Collectors.toMap(Host::podName, Function.identity()));
        return servers()
                .filter(pod -> pod.getSpec().getNodeName() != null)
                .collect(Collectors.groupingBy(
                        pod -> pod.getSpec().getNodeName(),
                        Collectors.mapping(pod -> byPod.get(pod.getMetadata().getName()), Collectors.toList())));
    }

    /** A node with servers and without the cluster's only ZooKeeper, whose volume cannot leave either. */
    public Optional<String> nodeOfServersAlone() {
        var coordination = pods(Labels.Component.coordination)
                .map(pod -> pod.getSpec().getNodeName())
                .toList();
        return servers()
                .map(pod -> pod.getSpec().getNodeName())
                .filter(node -> !coordination.contains(node))
                .findFirst();
    }

    private Stream<Pod> pods(Labels.Component component) {
        return sandbox
                .client()
                .pods()
                .inNamespace(sandbox.namespace())
                .withLabel(Labels.CLUSTER, cluster)
                .withLabel(Labels.COMPONENT, component.name())
                .list()
                .getItems()
                .stream();
    }
}
