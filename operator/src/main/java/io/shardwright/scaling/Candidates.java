package io.shardwright.scaling;

import io.shardwright.crds.LeavingPhase;
import io.shardwright.scaling.ScalingObserved.Departure;
import io.shardwright.topology.Host;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Which replicas of a shard leave when it has more than are asked for.
 *
 * @param leave the hosts that leave
 * @param spared true when one that should leave stays because no other replica is in service
 */
record Candidates(List<Host> leave, boolean spared) {
    /** Those that cannot come back leave in any case; of the others as many as are too many. */
    static Candidates of(int shard, ScalingIntent intent, ScalingObserved observed, Evidence evidence) {
        var hosts = observed.hostsOf(shard);
        var going = hosts.stream().filter(host -> isGoing(host, observed)).toList();
        var ranked = hosts.stream()
                .filter(host -> !isGoing(host, observed))
                .sorted(order(intent, observed))
                .toList();
        int surplus = Math.max(0, ranked.size() - intent.size().replicas());
        var chosen = ranked.subList(0, surplus);
        boolean spared = !chosen.isEmpty() && !evidence.isServedBy(ranked.subList(surplus, ranked.size()));
        return new Candidates(
                spared
                        ? going
                        : Stream.concat(going.stream(), chosen.stream())
                                .sorted()
                                .toList(),
                spared);
    }

    static boolean isGoing(Host host, ScalingObserved observed) {
        return phaseOf(host, observed)
                .filter(phase -> phase.compareTo(LeavingPhase.Dropping) >= 0)
                .isPresent();
    }

    static Optional<LeavingPhase> phaseOf(Host host, ScalingObserved observed) {
        return Optional.ofNullable(observed.departures().get(host)).map(Departure::phase);
    }

    /** Whoever leaves already goes on leaving, unless the user names another. */
    private static Comparator<Host> order(ScalingIntent intent, ScalingObserved observed) {
        return Comparator.<Host, Boolean>comparing(host -> !intent.removeFirst().contains(host.name()))
                .thenComparing(host -> !observed.departures().containsKey(host))
                .thenComparing(observed.inService()::contains)
                .thenComparing(Comparator.reverseOrder());
    }
}
