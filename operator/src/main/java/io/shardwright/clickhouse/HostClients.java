package io.shardwright.clickhouse;

import io.shardwright.topology.Host;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.Predicate;

/** One client per host, open while it is used and a while longer. */
final class HostClients implements AutoCloseable {
    private final Function<HostDirectory.Address, HostClient> open;
    private final long unusedNanos;
    private final ConcurrentHashMap<Host, Entry> entries = new ConcurrentHashMap<>();
    private final AtomicLong sweptAt = new AtomicLong(System.nanoTime());

    HostClients(Function<HostDirectory.Address, HostClient> open, Duration unused) {
        this.open = open;
        this.unusedNanos = unused.toNanos();
    }

    /** Does something with the client of a host; it stays open until that is done. */
    <T> T with(Host host, HostDirectory.Address address, Function<HostClient, T> use) {
        var entry = entries.compute(host, (key, existing) -> acquire(existing, address));
        try {
            return use.apply(entry.client);
        } finally {
            entries.compute(host, (key, current) -> release(current, entry));
            closeUnused();
        }
    }

    /** How many hosts have a client now. */
    int size() {
        return entries.size();
    }

    @Override
    public void close() {
        closeWhere(entry -> true);
    }

    /** Runs inside the map's lock on the host, as do {@link #release} and the closing: they never interleave. */
    private Entry acquire(Entry existing, HostDirectory.Address address) {
        if (existing != null && existing.address.equals(address)) {
            existing.users++;
            return existing;
        }
        if (existing != null && existing.users == 0) {
            existing.client.close();
        }
        return new Entry(address, open.apply(address));
    }

    /** A client whose address changed while it was used is closed by its last user. */
    private static Entry release(Entry current, Entry used) {
        used.users--;
        used.usedAt = System.nanoTime();
        if (used != current && used.users == 0) {
            used.client.close();
        }
        return current;
    }

    private void closeUnused() {
        long now = System.nanoTime();
        long last = sweptAt.get();
        if (now - last >= unusedNanos && sweptAt.compareAndSet(last, now)) {
            closeWhere(entry -> entry.users == 0 && now - entry.usedAt >= unusedNanos);
        }
    }

    private void closeWhere(Predicate<Entry> condition) {
        entries.keySet()
                .forEach(host -> entries.computeIfPresent(host, (key, entry) -> {
                    if (!condition.test(entry)) {
                        return entry;
                    }
                    entry.client.close();
                    return null;
                }));
    }

    private static final class Entry {
        private final HostDirectory.Address address;
        private final HostClient client;
        private int users = 1;
        private long usedAt = System.nanoTime();

        private Entry(HostDirectory.Address address, HostClient client) {
            this.address = address;
            this.client = client;
        }
    }
}
