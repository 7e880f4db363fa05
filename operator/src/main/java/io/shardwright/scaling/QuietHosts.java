package io.shardwright.scaling;

import io.shardwright.crds.LeavingHostStatus;
import io.shardwright.crds.ScalingStatus;
import io.shardwright.topology.ClusterRef;
import io.shardwright.topology.Host;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Since when hosts that leave are quiet. It is kept in the status, so that an operator that is often stopped gets there too.
 *
 * @param spells of the hosts that were quiet at the last look
 */
record QuietHosts(Map<Host, Spell> spells) {
    static final QuietHosts NONE = new QuietHosts(Map.of());

    /** Between two looks that are further apart much may have happened. */
    private static final Duration LONGEST_BLINK = Duration.ofSeconds(15);

    /** Not every look is worth a write of the status. */
    private static final Duration NOTED_EVERY = Duration.ofSeconds(5);

    QuietHosts {
        spells = Map.copyOf(spells);
    }

    /**
     * @param since the first look at which the host was quiet
     * @param seen the last look that was noted; it was quiet at each until then
     */
    record Spell(Instant since, Instant seen) {
        private boolean isOver(Instant now) {
            return seen.isBefore(now.minus(LONGEST_BLINK));
        }
    }

    /** @param status null before the first */
    static QuietHosts of(ScalingStatus status, ClusterRef cluster) {
        if (status == null || status.leaving() == null) {
            return NONE;
        }
        return new QuietHosts(status.leaving().stream()
                .filter(leaving -> leaving.quietSince() != null && leaving.quietSeen() != null)
                .collect(Collectors.toMap(
                        leaving -> new Host(cluster, leaving.shard(), leaving.replica()), QuietHosts::spellOf)));
    }

    private static Spell spellOf(LeavingHostStatus leaving) {
        return new Spell(Instant.parse(leaving.quietSince()), Instant.parse(leaving.quietSeen()));
    }

    Map<Host, Instant> since(Instant now) {
        return spells.entrySet().stream()
                .filter(spell -> !spell.getValue().isOver(now))
                .collect(Collectors.toMap(
                        Map.Entry::getKey, spell -> spell.getValue().since()));
    }

    Optional<Spell> spellOf(Host host) {
        return Optional.ofNullable(spells.get(host));
    }

    /** @param quiet hosts that are quiet at a look now */
    QuietHosts after(Set<Host> quiet, Instant time) {
        var now = time.truncatedTo(ChronoUnit.MILLIS);
        var next = new HashMap<Host, Spell>();
        quiet.forEach(host -> next.put(
                host,
                spellOf(host)
                        .filter(spell -> !spell.isOver(now))
                        .map(spell ->
                                spell.seen().plus(NOTED_EVERY).isAfter(now) ? spell : new Spell(spell.since(), now))
                        .orElseGet(() -> new Spell(now, now))));
        return new QuietHosts(next);
    }
}
