package io.shardwright.rebalance;

import io.shardwright.topology.Host;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Which hosts the servers of a cluster read from, as their remote_servers say, and how long queries run there.
 *
 * @param asked before the first was asked
 * @param answered after the last answered
 */
record Readers(Instant asked, Instant answered, List<Reader> servers) {
    static final Readers NOT_ASKED = new Readers(Instant.EPOCH, Instant.EPOCH, List.of());

    Readers {
        servers = List.copyOf(servers);
    }

    /** A server, which any client may ask. */
    sealed interface Reader {
        Host host();

        /** It did not say; it may read from anywhere. */
        record Unknown(Host host, String message) implements Reader {}

        /**
         * @param lists hosts that it reads from
         * @param longest for how long the oldest query runs that a client sent
         */
        record Known(Host host, Set<Host> lists, Duration longest) implements Reader {
            public Known {
                lists = Set.copyOf(lists);
            }
        }
    }

    /** A server that reads from none of some hosts, as it says. */
    Optional<Host> blindTo(Collection<Host> hosts) {
        return servers.stream()
                .filter(server -> server instanceof Reader.Known known && Collections.disjoint(known.lists(), hosts))
                .map(Reader::host)
                .findFirst();
    }

    /** Hosts, of some, that every server reads from. */
    List<Host> readByAll(Collection<Host> hosts) {
        return hosts.stream()
                .filter(host -> !servers.isEmpty()
                        && servers.stream()
                                .allMatch(server -> server instanceof Reader.Known known
                                        && known.lists().contains(host)))
                .sorted()
                .toList();
    }
}
