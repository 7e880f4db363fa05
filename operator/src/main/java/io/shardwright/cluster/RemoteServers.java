package io.shardwright.cluster;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.shardwright.crds.Shard;
import io.shardwright.crds.ShardHostStatus;
import io.shardwright.kube.ObjectRef;
import io.shardwright.serverconfig.ConfigFiles;
import io.shardwright.serverconfig.MetrikaXml;
import io.shardwright.topology.ClusterIntent;
import io.shardwright.topology.Host;
import io.shardwright.topology.SharedObjects;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Which hosts remote_servers lists, and whether it may change now.
 *
 * <p>A server that reads a remote_servers with one name that does not resolve loses every cluster, and every Distributed
 * query fails until the file changes again (tried on 18.16.1; at the server's start it is milder, and heals by itself). A
 * host's name resolves while its pod has an address. So a host is listed once it has had one, and the list does not change
 * while a host on it has none. In a cluster that does not exist yet all hosts are listed: its servers are starting. Hosts that
 * leave the cluster are not listed.
 *
 * @param listed the hosts to list
 * @param withoutAddress listed already, and without an address now
 */
record RemoteServers(Set<Host> listed, List<Host> withoutAddress) {
    static RemoteServers of(ClusterIntent intent, ClusterObserved observed) {
        var hosts = intent.layout().hosts().stream()
                .filter(host -> !intent.leaving().isFenced(host))
                .toList();
        var standing = metrika(intent, observed);
        if (standing.isEmpty()) {
            return new RemoteServers(Set.copyOf(hosts), List.of());
        }
        var addressed = hostsWithAddress(observed);
        var listed = hosts.stream()
                .filter(host -> MetrikaXml.lists(standing.get(), host) || addressed.contains(host.name()))
                .collect(Collectors.toUnmodifiableSet());
        var lost = hosts.stream()
                .filter(host -> MetrikaXml.lists(standing.get(), host) && !addressed.contains(host.name()))
                .toList();
        return new RemoteServers(listed, lost);
    }

    /** NO_RELOAD_WHILE_A_NAME_DOES_NOT_RESOLVE. */
    boolean mayChange(ClusterObserved observed) {
        return withoutAddress.isEmpty() || observed.shards().stream().noneMatch(RemoteServers::hasReadyHost);
    }

    private static boolean hasReadyHost(Shard shard) {
        return shard.getStatus() != null
                && Objects.requireNonNullElse(shard.getStatus().readyReplicas(), 0) > 0;
    }

    private static Optional<String> metrika(ClusterIntent intent, ClusterObserved observed) {
        var ref = new ObjectRef("ConfigMap", intent.ref().namespace(), SharedObjects.configName(intent.ref()));
        return observed.objects().get(ref) instanceof ConfigMap config
                ? Optional.ofNullable(config.getData()).map(data -> data.get(ConfigFiles.METRIKA_XML))
                : Optional.empty();
    }

    private static Set<String> hostsWithAddress(ClusterObserved observed) {
        return observed.shards().stream()
                .map(Shard::getStatus)
                .filter(Objects::nonNull)
                .flatMap(status -> status.hosts() == null ? Stream.empty() : status.hosts().stream())
                .filter(host -> host.address() != null)
                .map(ShardHostStatus::name)
                .collect(Collectors.toSet());
    }
}
