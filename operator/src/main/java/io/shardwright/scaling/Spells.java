package io.shardwright.scaling;

import io.shardwright.crds.ScalingStatus;
import io.shardwright.holdings.QuietSpell;
import io.shardwright.topology.ClusterRef;
import io.shardwright.topology.Host;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Since when hosts, or shards, that leave are quiet.
 *
 * @param <T> what is quiet
 * @param spells of those that were quiet at the last look
 */
record Spells<T>(Map<T, QuietSpell> spells) {
    Spells {
        spells = Map.copyOf(spells);
    }

    static <T> Spells<T> none() {
        return new Spells<>(Map.of());
    }

    /** @param status null before the first */
    static Spells<Host> ofHosts(ScalingStatus status, ClusterRef cluster) {
        var spells = new HashMap<Host, QuietSpell>();
        known(status == null ? null : status.leaving())
                .forEach(leaving -> QuietSpell.of(leaving.quietSince(), leaving.quietSeen())
                        .ifPresent(spell -> spells.put(new Host(cluster, leaving.shard(), leaving.replica()), spell)));
        return new Spells<>(spells);
    }

    /** @param status null before the first */
    static Spells<Integer> ofShards(ScalingStatus status) {
        var spells = new HashMap<Integer, QuietSpell>();
        known(status == null ? null : status.leavingShards())
                .forEach(leaving -> QuietSpell.of(leaving.quietSince(), leaving.quietSeen())
                        .ifPresent(spell -> spells.put(leaving.shard(), spell)));
        return new Spells<>(spells);
    }

    private static <S> List<S> known(List<S> list) {
        return list == null ? List.of() : list;
    }

    Map<T, Instant> since(Instant now) {
        return spells.entrySet().stream()
                .filter(spell -> !spell.getValue().isOver(now))
                .collect(Collectors.toMap(
                        Map.Entry::getKey, spell -> spell.getValue().since()));
    }

    Optional<QuietSpell> of(T subject) {
        return Optional.ofNullable(spells.get(subject));
    }

    /** @param quiet those that are quiet at a look now */
    Spells<T> after(Set<T> quiet, Instant now) {
        var next = new HashMap<T, QuietSpell>();
        quiet.forEach(subject -> next.put(subject, QuietSpell.after(of(subject), now)));
        return new Spells<>(next);
    }
}
