package io.shardwright.topology;

import io.shardwright.crds.LeavingShardPhase;
import java.util.Collection;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Which hosts a cluster has to have: those that stand and were not released, and those that are missing to the size that is
 * asked for.
 */
public final class Membership {
    private Membership() {}

    /**
     * NEVER_REMOVE_WHAT_HOLDS_DATA: a host that stands stays until it is released, whatever size is asked for.
     *
     * @param standing replicas of each shard that stands
     */
    public static Layout of(
            ClusterRef cluster,
            Layout.Size size,
            Map<Integer, ? extends Collection<Integer>> standing,
            Leaving leaving) {
        var members = new TreeMap<Integer, SortedSet<Integer>>();
        standing.forEach((shard, replicas) -> {
            var kept = replicas.stream()
                    .filter(replica -> !leaving.isReleased(new Host(cluster, shard, replica)))
                    .collect(Collectors.toCollection(TreeSet::new));
            if (!kept.isEmpty()) {
                members.put(shard, kept);
            }
        });
        IntStream.range(0, size.shards())
                .filter(shard -> mayGrow(shard, standing, leaving))
                .forEach(shard -> grow(
                        new Host(cluster, shard, 0),
                        size.replicas(),
                        members.computeIfAbsent(shard, any -> new TreeSet<>()),
                        leaving));
        return new Layout(cluster, members);
    }

    /** A shard that goes gets no new replica; one that has gone comes back when nothing is left of it. */
    private static boolean mayGrow(int shard, Map<Integer, ? extends Collection<Integer>> standing, Leaving leaving) {
        return standing.containsKey(shard)
                ? leaving.shards().get(shard) != LeavingShardPhase.Dropping
                : leaving.hosts().keySet().stream().noneMatch(host -> host.shard() == shard);
    }

    /** Hosts that may still be taken back count as replicas; indexes of those that may not are not used again yet. */
    private static void grow(Host first, int replicas, SortedSet<Integer> members, Leaving leaving) {
        int going = (int) members.stream()
                .filter(replica -> leaving.isGoing(new Host(first.cluster(), first.shard(), replica)))
                .count();
        for (int replica = 0; members.size() - going < replicas; replica++) {
            if (!leaving.isGoing(new Host(first.cluster(), first.shard(), replica))) {
                members.add(replica);
            }
        }
    }
}
