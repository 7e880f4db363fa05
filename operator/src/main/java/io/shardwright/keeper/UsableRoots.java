package io.shardwright.keeper;

import io.shardwright.topology.ClusterIntent;
import io.shardwright.topology.Coordination;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Clusters whose root stood once in their ensemble, as far as this process knows, so that it need not be asked for on every pass.
 * One that is made anew under an old name may have a new, empty ensemble. Servers are not sent to an ensemble before: a single
 * ZooKeeper 3.8 that is starting forgets to close the connections that it does not take yet, and who waits for an answer on one
 * waits ten seconds.
 */
public final class UsableRoots {
    private final Set<Root> usable = ConcurrentHashMap.newKeySet();

    /** @param uid of the cluster */
    private record Root(String uid, Coordination coordination) {
        private static Root of(ClusterIntent cluster) {
            return new Root(cluster.uid(), cluster.coordination());
        }
    }

    public boolean contains(ClusterIntent cluster) {
        return usable.contains(Root.of(cluster));
    }

    public void add(ClusterIntent cluster) {
        usable.add(Root.of(cluster));
    }
}
