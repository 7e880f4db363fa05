package io.shardwright.replacement;

import io.shardwright.clickhouse.Dialect;
import io.shardwright.topology.ClusterIntent;
import io.shardwright.topology.Host;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What is asked of a shard's hosts.
 *
 * @param hosts of the shard
 * @param after how long a node may be away before what cannot leave it is given up; empty for never unasked
 * @param onDrain whether a drained node counts as one that is away
 * @param bytesPerSecond that a host which is made anew fetches at most; empty for no limit
 * @param requests replicas to replace
 * @param leaving hosts that are to serve no more
 */
record ReplacementIntent(
        ClusterIntent cluster,
        Dialect dialect,
        int shard,
        List<Host> hosts,
        Optional<Duration> after,
        boolean onDrain,
        Optional<Long> bytesPerSecond,
        List<Request> requests,
        Set<Host> leaving) {
    ReplacementIntent {
        hosts = List.copyOf(hosts);
        requests = List.copyOf(requests);
        leaving = Set.copyOf(leaving);
    }

    Optional<Request> requestFor(Host host) {
        return requests.stream()
                .filter(request -> request.replica() == host.replica())
                .findFirst();
    }

    /** @param acceptDataLoss whether it may be the last that holds something */
    record Request(int replica, String reason, boolean acceptDataLoss) {}
}
