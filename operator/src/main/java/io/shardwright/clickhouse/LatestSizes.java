package io.shardwright.clickhouse;

import io.shardwright.topology.Host;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** What every host said last of how much it holds: whoever looks at hosts leaves it here, so that nobody has to ask again. */
public final class LatestSizes {
    /** Older ones say nothing of now; those of hosts that are gone must go as well. */
    private static final Duration KEPT = Duration.ofMinutes(2);

    private final Map<Host, HostSizes> sizes = new ConcurrentHashMap<>();
    private volatile Instant swept = Instant.MIN;

    /** @param at when the host was asked */
    public void put(Host host, HostSnapshot snapshot, Instant at) {
        sizes.put(host, new HostSizes(at, snapshot.tables(), snapshot.newest()));
        if (swept.isBefore(at.minus(KEPT))) {
            swept = at;
            sizes.values().removeIf(old -> isOld(old, at));
        }
    }

    /** Empty when the host has said nothing for a while. */
    public Optional<HostSizes> of(Host host, Instant now) {
        return Optional.ofNullable(sizes.get(host)).filter(found -> !isOld(found, now));
    }

    private static boolean isOld(HostSizes sizes, Instant now) {
        return sizes.at().isBefore(now.minus(KEPT));
    }
}
