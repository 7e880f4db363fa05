package io.shardwright.rebalance;

import io.shardwright.topology.Host;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The hosts of both shards of a move that servers are to read from, as status says.
 *
 * @param hosts names; none: all
 * @param since when every server was seen to read from only those
 */
record ReadSide(List<String> hosts, Optional<Instant> since) {
    /** Every replica is read from. */
    static final ReadSide ALL = new ReadSide(List.of(), Optional.empty());

    ReadSide {
        hosts = List.copyOf(hosts);
    }

    static ReadSide of(List<Host> hosts) {
        return new ReadSide(hosts.stream().map(Host::name).sorted().toList(), Optional.empty());
    }

    ReadSide seen(Instant when) {
        return new ReadSide(hosts, Optional.of(when));
    }

    ReadSide notSeen() {
        return new ReadSide(hosts, Optional.empty());
    }

    boolean isAll() {
        return hosts.isEmpty();
    }

    boolean contains(Host host) {
        return hosts.contains(host.name());
    }
}
