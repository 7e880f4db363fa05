package io.shardwright.topology;

import java.util.List;
import java.util.stream.IntStream;

/** Which hosts a cluster has: every shard with the same number of replicas, each on a host of its own. */
public record Layout(ClusterRef cluster, int shards, int replicas) {
    public Layout {
        if (shards < 1 || replicas < 1) {
            throw new IllegalArgumentException("a cluster has at least one shard and one replica");
        }
    }

    /** All hosts, by shard, then by replica. */
    public List<Host> hosts() {
        return IntStream.range(0, shards)
                .boxed()
                .flatMap(shard -> hostsOf(shard).stream())
                .toList();
    }

    /** The hosts of one shard, by replica. */
    public List<Host> hostsOf(int shard) {
        return IntStream.range(0, replicas)
                .mapToObj(replica -> new Host(cluster, shard, replica))
                .toList();
    }
}
