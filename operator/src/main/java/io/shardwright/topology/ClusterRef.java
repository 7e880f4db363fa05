package io.shardwright.topology;

import java.util.Comparator;

/**
 * Which cluster is meant.
 *
 * @param dnsDomain DNS domain of the Kubernetes cluster, e.g. cluster.local
 */
public record ClusterRef(String namespace, String name, String dnsDomain) implements Comparable<ClusterRef> {
    private static final Comparator<ClusterRef> ORDER =
            Comparator.comparing(ClusterRef::namespace).thenComparing(ClusterRef::name);

    /** Name of the Secret that holds a user's name and password. */
    public String userSecretName(String user) {
        return name + "-user-" + user;
    }

    /** Name of the Shard object of an index. */
    public String shardName(int shard) {
        return name + "-" + shard;
    }

    @Override
    public int compareTo(ClusterRef other) {
        return this == other ? 0 : ORDER.compare(this, other);
    }
}
