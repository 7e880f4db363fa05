package io.shardwright.serverconfig;

import io.shardwright.topology.ClusterIntent;
import io.shardwright.topology.Coordination;
import io.shardwright.topology.Host;
import io.shardwright.topology.User;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** metrika.xml: the servers of the cluster and the coordination ensemble. Servers reload it without a restart. */
public final class MetrikaXml {
    private static final int SESSION_TIMEOUT_MS = 30_000;

    /** Of what is inserted through Distributed tables. A shard that gets none is read as any other. */
    private static final int FAIR_SHARE_OF_ROWS = 1;

    private static final int NO_ROWS = 0;

    private MetrikaXml() {}

    /** @param hosts to list; the name of each must resolve, or servers that read the file lose every cluster */
    public static String render(ClusterIntent cluster, Set<Host> hosts) {
        return Xml.of(ConfigFiles.ROOT, remoteServers(cluster, hosts), zookeeper(cluster.coordination()))
                .document();
    }

    /** Whether a metrika.xml lists a host. */
    public static boolean lists(String metrika, Host host) {
        return metrika.contains("<host>" + host.peersDnsName() + "</host>");
    }

    private static Xml remoteServers(ClusterIntent cluster, Set<Host> hosts) {
        var listed = hosts.stream().map(Host::shard).collect(Collectors.toCollection(TreeSet::new));
        // NEVER_ALL_WITHOUT_WEIGHT: 18.16 divides by the sum, and ends with the first insert into a Distributed table.
        boolean oneStays = !listed.stream().allMatch(cluster.leaving()::isDraining);
        var shards = cluster.layout().shards().stream()
                .filter(listed::contains)
                .map(shard -> shard(
                        oneStays && cluster.leaving().isDraining(shard) ? NO_ROWS : FAIR_SHARE_OF_ROWS,
                        cluster.layout().hostsOf(shard).stream()
                                .filter(hosts::contains)
                                .map(MetrikaXml::replica)
                                .toArray(Xml[]::new)))
                .toList();
        return Xml.of("remote_servers", Xml.of(cluster.ref().name(), shards));
    }

    private static Xml shard(int weight, Xml... replicas) {
        return Xml.of("shard", Xml.text("weight", weight), Xml.text("internal_replication", true))
                .and(replicas);
    }

    private static Xml replica(Host host) {
        return Xml.of(
                "replica",
                Xml.text("host", host.peersDnsName()),
                Xml.text("port", Host.TCP_PORT),
                Xml.text("user", User.INTERNAL),
                Xml.of("password").with("from_env", ConfigFiles.INTERNAL_PASSWORD_ENV));
    }

    private static Xml zookeeper(Coordination coordination) {
        var nodes = coordination.endpoints().stream().map(MetrikaXml::node).toArray(Xml[]::new);
        return Xml.of("zookeeper")
                .and(nodes)
                .and(Xml.text("session_timeout_ms", SESSION_TIMEOUT_MS), Xml.text("root", coordination.root()));
    }

    private static Xml node(String endpoint) {
        int colon = endpoint.lastIndexOf(':');
        return Xml.of(
                "node",
                Xml.text("host", endpoint.substring(0, colon)),
                Xml.text("port", endpoint.substring(colon + 1)));
    }
}
