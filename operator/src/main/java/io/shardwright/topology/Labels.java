package io.shardwright.topology;

import java.util.Map;
import java.util.TreeMap;

/** The labels of the objects that the operator makes. */
public final class Labels {
    public static final String MANAGED_BY = "app.kubernetes.io/managed-by";
    public static final String OPERATOR = "shardwright";
    public static final String CLUSTER = "clickhouse.shardwright.io/cluster";
    public static final String SHARD = "clickhouse.shardwright.io/shard";
    public static final String REPLICA = "clickhouse.shardwright.io/replica";
    public static final String COMPONENT = "clickhouse.shardwright.io/component";
    /** On the Secret of a user: whose it is. */
    public static final String USER = "clickhouse.shardwright.io/user";

    public static final String IMPORT_JOB = "clickhouse.shardwright.io/import-job";

    /** What a pod runs. */
    public enum Component {
        clickhouse,
        coordination,
        importer
    }

    private Labels() {}

    public static Map<String, String> of(ClusterRef cluster) {
        var labels = new TreeMap<String, String>();
        labels.put(MANAGED_BY, OPERATOR);
        labels.put(CLUSTER, cluster.name());
        return labels;
    }

    public static Map<String, String> of(ClusterRef cluster, Component component) {
        var labels = of(cluster);
        labels.put(COMPONENT, component.name());
        return labels;
    }

    /** Every server of a shard. */
    public static Map<String, String> ofShard(ClusterRef cluster, int shard) {
        var labels = of(cluster, Component.clickhouse);
        labels.put(SHARD, Integer.toString(shard));
        return labels;
    }

    public static Map<String, String> of(Host host) {
        var labels = ofShard(host.cluster(), host.shard());
        labels.put(REPLICA, Integer.toString(host.replica()));
        return labels;
    }
}
