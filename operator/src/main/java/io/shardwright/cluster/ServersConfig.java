package io.shardwright.cluster;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.shardwright.kube.Drift;
import io.shardwright.kube.ObjectRef;
import io.shardwright.plan.Hold;
import io.shardwright.plan.HoldReason;
import io.shardwright.serverconfig.ConfigFiles;
import io.shardwright.serverconfig.ListedServers;
import io.shardwright.serverconfig.MetrikaXml;
import io.shardwright.topology.ClusterIntent;
import io.shardwright.topology.Host;
import java.util.Objects;
import java.util.Optional;

/**
 * The configuration that the servers share.
 *
 * @param config as it is to stand now: what is desired or, while that may not come yet, what stands
 * @param hold why what stands must not change yet
 */
record ServersConfig(ConfigMap config, Optional<Hold> hold) {
    static ServersConfig of(ClusterIntent intent, ClusterObserved observed) {
        var remoteServers = RemoteServers.of(intent, observed);
        var desired = ClusterResources.config(intent, remoteServers.listed());
        return observed.objects().get(ObjectRef.of(desired)) instanceof ConfigMap standing
                        && !remoteServers.mayChange(observed)
                        && (Drift.of(desired, observed.objects()).isPresent() || RemoteServers.areForgotten(observed))
                ? whileAHostIsAway(intent, observed, remoteServers.withoutThoseAway(), standing)
                : new ServersConfig(desired, Optional.empty());
    }

    private static ServersConfig whileAHostIsAway(
            ClusterIntent intent, ClusterObserved observed, RemoteServers remoteServers, ConfigMap standing) {
        return remoteServers.mayChange(observed)
                ? new ServersConfig(ClusterResources.config(intent, remoteServers.listed()), Optional.empty())
                : new ServersConfig(standing, Optional.of(hold(ObjectRef.of(standing), remoteServers)));
    }

    /** The hosts that it lists. */
    ListedServers listed(ClusterIntent intent) {
        var metrika = Objects.requireNonNullElse(config.getData().get(ConfigFiles.METRIKA_XML), "");
        return ListedServers.of(intent.layout().hosts().stream()
                .filter(host -> MetrikaXml.lists(metrika, host))
                .map(Host::dnsName)
                .toList());
    }

    private static Hold hold(ObjectRef config, RemoteServers remoteServers) {
        return new Hold(
                HoldReason.HostWithoutAddress,
                config.toString(),
                "the servers' configuration changes when "
                        + remoteServers.withoutAddress().getFirst().name()
                        + " has a pod with an address: a server that read a name that does not resolve would lose"
                        + " its clusters. See why the pod does not start");
    }
}
