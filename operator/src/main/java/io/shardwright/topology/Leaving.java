package io.shardwright.topology;

import io.shardwright.crds.ClickHouseClusterStatus;
import io.shardwright.crds.LeavingPhase;
import io.shardwright.crds.LeavingShardPhase;
import io.shardwright.crds.ScalingStatus;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Which hosts and shards leave a cluster, as its status says. The scaling reconciler decides it; whoever sends clients, rows
 * or statements to hosts obeys it.
 */
public record Leaving(SortedMap<Host, LeavingPhase> hosts, SortedMap<Integer, LeavingShardPhase> shards) {
    public static final Leaving NONE = new Leaving(new TreeMap<>(), new TreeMap<>());

    public Leaving {
        hosts = Collections.unmodifiableSortedMap(new TreeMap<>(hosts));
        shards = Collections.unmodifiableSortedMap(new TreeMap<>(shards));
    }

    /** @param status null of a cluster that has none yet */
    static Leaving of(ClusterRef cluster, ClickHouseClusterStatus status) {
        return Optional.ofNullable(status)
                .map(ClickHouseClusterStatus::scaling)
                .map(scaling -> of(cluster, scaling))
                .orElse(NONE);
    }

    private static Leaving of(ClusterRef cluster, ScalingStatus scaling) {
        var hosts = new TreeMap<Host, LeavingPhase>();
        stream(scaling.leaving())
                .forEach(host -> hosts.put(new Host(cluster, host.shard(), host.replica()), host.phase()));
        var shards = new TreeMap<Integer, LeavingShardPhase>();
        stream(scaling.leavingShards()).forEach(shard -> shards.put(shard.shard(), shard.phase()));
        return new Leaving(hosts, shards);
    }

    private static <T> Stream<T> stream(List<T> list) {
        return list == null ? Stream.empty() : list.stream();
    }

    /** Nobody may be sent to it: neither by a Service nor by remote_servers. */
    public boolean isFenced(Host host) {
        return hosts.containsKey(host);
    }

    /** Its tables go or are gone: nothing may be created on it any more, and it does not come back. */
    public boolean isGoing(Host host) {
        return hosts.getOrDefault(host, LeavingPhase.Draining).compareTo(LeavingPhase.Dropping) >= 0;
    }

    /** It is known nowhere, and what it holds is not needed: its objects may be deleted. */
    public boolean isReleased(Host host) {
        return hosts.getOrDefault(host, LeavingPhase.Draining).compareTo(LeavingPhase.Released) >= 0;
    }

    /** No row may be brought to it: it is read, and emptied. */
    public boolean isDraining(int shard) {
        return shards.containsKey(shard);
    }
}
