package io.shardwright.shard;

import io.fabric8.kubernetes.api.model.OwnerReference;
import io.shardwright.serverconfig.ListedServers;
import io.shardwright.topology.ClusterIntent;
import io.shardwright.topology.Host;
import io.shardwright.topology.Owners;
import java.util.List;

/**
 * A Shard, with what it takes from its cluster.
 *
 * @param uid of the Shard, for owner references
 * @param hosts of this shard
 * @param listed what every server must know
 * @param configHash of what the hosts share
 */
record ShardIntent(
        ClusterIntent cluster, String uid, int index, List<Host> hosts, ListedServers listed, String configHash) {
    ShardIntent {
        hosts = List.copyOf(hosts);
    }

    OwnerReference owner() {
        return Owners.of("Shard", cluster.ref().shardName(index), uid);
    }
}
