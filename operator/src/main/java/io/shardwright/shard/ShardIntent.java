package io.shardwright.shard;

import io.fabric8.kubernetes.api.model.OwnerReference;
import io.shardwright.topology.ClusterIntent;
import io.shardwright.topology.Host;
import io.shardwright.topology.Layout;
import io.shardwright.topology.Owners;
import java.util.List;

/**
 * A Shard, with what it takes from its cluster.
 *
 * @param uid of the Shard, for owner references
 * @param layout of the whole cluster as it stands: what every server must know
 * @param configHash of what the hosts share
 */
record ShardIntent(ClusterIntent cluster, String uid, int index, Layout layout, String configHash) {
    OwnerReference owner() {
        return Owners.of("Shard", cluster.ref().shardName(index), uid);
    }

    List<Host> hosts() {
        return layout.hostsOf(index);
    }
}
