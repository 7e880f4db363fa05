package io.shardwright.cluster;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.shardwright.serverconfig.ListedServers;
import io.shardwright.topology.ClusterIntent;
import io.shardwright.topology.Host;
import java.util.Set;

/**
 * The configuration that the servers share.
 *
 * @param listed the hosts that its remote_servers list
 */
record ServersConfig(ConfigMap config, Set<Host> listed) {
    static ServersConfig of(ClusterIntent intent, ClusterObserved observed) {
        var listed = RemoteServers.listed(intent, observed);
        return new ServersConfig(ClusterResources.config(intent, listed), listed);
    }

    ListedServers names() {
        return ListedServers.of(listed.stream().map(Host::peersDnsName).toList());
    }
}
