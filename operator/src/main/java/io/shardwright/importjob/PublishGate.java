package io.shardwright.importjob;

import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * Lets one import at a time publish to a table. Two with the same rows would each take what the table remembers for its own
 * doing, and one's rows would be missing. There is one operator that acts, so that a gate in its memory is enough; what was
 * publishing when an operator ended is told by the imports' status.
 */
final class PublishGate {
    private final ConcurrentMap<String, String> publishers = new ConcurrentHashMap<>();

    /** @return the other import that is there already; empty when this one is in, now or from before */
    Optional<String> enter(String table, String importName) {
        var there = publishers.putIfAbsent(table, importName);
        return Optional.ofNullable(there).filter(other -> !other.equals(importName));
    }

    void leave(String table, String importName) {
        publishers.remove(table, importName);
    }
}
