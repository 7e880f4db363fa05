package io.shardwright.clickhouse;

import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * Lets one at a time attach partitions to a table, or drop them. Whoever does tells by what the table remembers whether it did
 * before: two imports with the same rows would each take the other's for its own doing, and a partition that is moved away is
 * forgotten while an import still asks for it. There is one operator that acts, so that a gate in its memory is enough; who was
 * there when an operator ended is told by the resources' status.
 */
public final class TableGate {
    private final ConcurrentMap<String, String> inside = new ConcurrentHashMap<>();

    /**
     * @param table namespace and name of the Table
     * @param who for people, e.g. import x
     * @return the other one that is there already; empty when this one is in, now or from before
     */
    public Optional<String> enter(String table, String who) {
        var there = inside.putIfAbsent(table, who);
        return Optional.ofNullable(there).filter(other -> !other.equals(who));
    }

    public void leave(String table, String who) {
        inside.remove(table, who);
    }
}
