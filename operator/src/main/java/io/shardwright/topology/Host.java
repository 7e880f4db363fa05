package io.shardwright.topology;

import java.util.Comparator;

/**
 * A server process of a cluster.
 *
 * @param shard index of the shard whose data it holds, from 0
 * @param replica index of its copy among the shard's replicas, from 0
 */
public record Host(ClusterRef cluster, int shard, int replica) implements Comparable<Host> {
    public static final int HTTP_PORT = 8123;
    public static final int TCP_PORT = 9000;
    public static final int INTERSERVER_PORT = 9009;

    private static final Comparator<Host> ORDER =
            Comparator.comparing(Host::cluster).thenComparingInt(Host::shard).thenComparingInt(Host::replica);

    /** Name of its StatefulSet, headless Service and ConfigMap; the names of its replicas begin with it. */
    public String name() {
        return cluster.name() + "-" + shard + "-" + replica;
    }

    /** Name of its pod. */
    public String podName() {
        return name() + "-0";
    }

    /** The name of its pod's address, whether or not it is ready: it resolves while there is a pod. */
    public String dnsName() {
        return inDns(name());
    }

    /** Name of the Service by which other servers reach it. */
    public String peersName() {
        return name() + "-peers";
    }

    /** The name under which other servers know it: it resolves whether or not there is a pod, to an address that stays. */
    public String peersDnsName() {
        return inDns(peersName());
    }

    private String inDns(String service) {
        return service + "." + cluster.namespace() + ".svc." + cluster.dnsDomain();
    }

    @Override
    public int compareTo(Host other) {
        return ORDER.compare(this, other);
    }
}
