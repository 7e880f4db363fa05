package io.shardwright.topology;

import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Which hosts a cluster has.
 *
 * @param members of each shard, by its index: the indexes of its replicas. Any replica may go, so they may have gaps.
 */
public record Layout(ClusterRef cluster, SortedMap<Integer, SortedSet<Integer>> members) {
    public Layout {
        if (members.isEmpty() || members.values().stream().anyMatch(Collection::isEmpty)) {
            throw new IllegalArgumentException("a cluster has at least one shard, and each at least one replica");
        }
        var copy = new TreeMap<Integer, SortedSet<Integer>>();
        members.forEach(
                (shard, replicas) -> copy.put(shard, Collections.unmodifiableSortedSet(new TreeSet<>(replicas))));
        members = Collections.unmodifiableSortedMap(copy);
    }

    /** Every shard with the same number of replicas, as a cluster begins. */
    public static Layout of(ClusterRef cluster, Size size) {
        return of(
                cluster,
                IntStream.range(0, size.shards())
                        .boxed()
                        .collect(Collectors.toMap(shard -> shard, shard -> IntStream.range(0, size.replicas())
                                .boxed()
                                .toList())));
    }

    public static Layout of(ClusterRef cluster, Map<Integer, ? extends Collection<Integer>> members) {
        var sorted = new TreeMap<Integer, SortedSet<Integer>>();
        members.forEach((shard, replicas) -> sorted.put(shard, new TreeSet<>(replicas)));
        return new Layout(cluster, sorted);
    }

    /** The indexes of the shards. */
    public List<Integer> shards() {
        return List.copyOf(members.keySet());
    }

    /** All hosts, by shard, then by replica. */
    public List<Host> hosts() {
        return members.keySet().stream()
                .flatMap(shard -> hostsOf(shard).stream())
                .toList();
    }

    /** The hosts of one shard, by replica. */
    public List<Host> hostsOf(int shard) {
        return members.getOrDefault(shard, Collections.emptySortedSet()).stream()
                .map(replica -> new Host(cluster, shard, replica))
                .toList();
    }

    /** How many shards and replicas of each a user asks for. */
    public record Size(int shards, int replicas) {
        public Size {
            if (shards < 1 || replicas < 1) {
                throw new IllegalArgumentException("a cluster has at least one shard and one replica");
            }
        }
    }
}
