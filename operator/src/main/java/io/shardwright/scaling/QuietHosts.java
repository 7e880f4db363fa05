package io.shardwright.scaling;

import io.shardwright.topology.Host;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/** Remembers, for one cluster, since when hosts that leave are quiet. An operator that starts anew begins to look anew. */
final class QuietHosts {
    /** Between two looks that are further apart much may have happened. */
    private static final Duration LONGEST_BLINK = Duration.ofSeconds(15);

    private Map<Host, Instant> since = Map.of();
    private Instant last = Instant.MIN;

    Map<Host, Instant> since(Instant now) {
        return last.isBefore(now.minus(LONGEST_BLINK)) ? Map.of() : since;
    }

    void see(Set<Host> quiet, Instant now) {
        var before = since(now);
        var next = new HashMap<Host, Instant>();
        quiet.forEach(host -> next.put(host, before.getOrDefault(host, now)));
        since = Map.copyOf(next);
        last = now;
    }
}
