package io.shardwright.scaling;

import io.shardwright.crds.LeavingPhase;
import io.shardwright.crds.LeavingShardPhase;
import io.shardwright.topology.Host;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;

/**
 * What stands of a cluster, and what its status says of those that leave.
 *
 * @param standing the hosts of the Shards that stand
 * @param departures of hosts, as the status says
 * @param shardDepartures of shards, as the status says
 * @param inService hosts that Services send clients to
 * @param answers what each host said; a host that was not asked is not in it
 * @param backing whether the peers of a host that leaves have what it has; a host that was not looked at is not in it
 * @param registrations whether the coordination knows a host that leaves; a host that was not looked at is not in it
 * @param withoutObjects released hosts of which nothing is left in Kubernetes that is to go
 * @param quietSince since when the operator has seen, at every look, that nothing keeps a host from sending what it has to
 * @param quietShardsSince since when the operator has seen, at every look, that nobody brings rows to a shard
 * @param rebalances the Rebalances that scaling created
 * @param balancedShards number of shards that the data was last spread over; empty before that is known
 */
record ScalingObserved(
        SortedSet<Host> standing,
        SortedMap<Host, Departure<LeavingPhase>> departures,
        SortedMap<Integer, Departure<LeavingShardPhase>> shardDepartures,
        Set<Host> inService,
        Map<Host, Answer> answers,
        Map<Host, Backing> backing,
        Map<Host, Registration> registrations,
        Set<Host> withoutObjects,
        Map<Host, Instant> quietSince,
        Map<Integer, Instant> quietShardsSince,
        List<StandingRebalance> rebalances,
        Optional<Integer> balancedShards) {

    List<Host> hostsOf(int shard) {
        return standing.stream().filter(host -> host.shard() == shard).toList();
    }

    /** How far a host or a shard is on its way out, and since when. */
    record Departure<P>(P phase, Instant since) {}

    /** What a host said of itself. */
    sealed interface Answer {
        /**
         * @param lists DNS names of the hosts in its remote_servers
         * @param fills those of them whose shards get rows of what is inserted on it through Distributed tables
         * @param rows in its active parts
         * @param bytes on disk of its active parts
         * @param tables every table, of any kind, that is not the server's own
         * @param tablesOfItsOwn those that hold rows and that no peer has a copy of
         */
        record Said(
                Set<String> lists,
                Set<String> fills,
                long rows,
                long bytes,
                List<Table> tables,
                List<String> tablesOfItsOwn)
                implements Answer {
            boolean isEmpty() {
                return rows == 0 && tablesOfItsOwn.isEmpty();
            }
        }

        /** It has no pod with an address: it asks nobody, and nobody reaches it. */
        record Down() implements Answer {}

        /**
         * It may run, and nothing is known of it.
         *
         * @param why what was tried
         */
        record Unknown(String why) implements Answer {}
    }

    /** A table of a host. */
    record Table(String database, String name) {}

    /** Whether the peers of a host have every part that it has. */
    sealed interface Backing {
        /** @param what was compared, for people */
        record Complete(String what) implements Backing {}

        /** @param what only the host has, for people */
        record Incomplete(String what) implements Backing {}

        /** @param why it could not be told */
        record Unknown(String why) implements Backing {}
    }

    /** Whether the coordination knows a host as a replica of anything. */
    enum Registration {
        NONE,
        /** Its server holds a session. */
        ACTIVE,
        INACTIVE,
        UNKNOWN
    }

    /**
     * A Rebalance.
     *
     * @param drain indexes of the shards that it empties
     * @param isOver nothing is left to move
     */
    record StandingRebalance(String name, Set<Integer> drain, boolean isOver) {}
}
