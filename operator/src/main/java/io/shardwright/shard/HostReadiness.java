package io.shardwright.shard;

import io.shardwright.clickhouse.HostSnapshot;
import io.shardwright.shard.ShardObserved.Answer;
import io.shardwright.topology.Host;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Whether a host is ready: its pod is, it answers, it knows every host of the cluster, and none of its replicas is
 * read-only.
 *
 * @param missing what is missing; empty when the host is ready
 * @param broken true when waiting alone is not likely to help
 */
record HostReadiness(Optional<String> missing, boolean broken) {
    private static final HostReadiness READY = new HostReadiness(Optional.empty(), false);

    boolean isReady() {
        return missing.isEmpty();
    }

    static HostReadiness of(Host host, ShardIntent intent, ShardObserved observed) {
        var pod = observed.pods().get(host);
        if (pod == null) {
            return waiting("its pod does not exist yet");
        }
        if (pod.lastWords().isPresent()) {
            return new HostReadiness(pod.lastWords(), true);
        }
        if (!pod.ready()) {
            return waiting(pod.node().isEmpty() ? "its pod is not scheduled yet" : "its server is starting");
        }
        return switch (observed.answers().get(host)) {
            case Answer.Said said -> ofSnapshot(said.snapshot(), intent);
            case Answer.Unknown unknown -> new HostReadiness(Optional.of(unknown.message()), true);
            case null -> waiting("it was not asked yet");
        };
    }

    /** The hosts of the cluster that a server does not know. */
    static Set<String> unknownTo(HostSnapshot snapshot, ShardIntent intent) {
        var unknown =
                intent.layout().hosts().stream().map(Host::dnsName).collect(Collectors.toCollection(HashSet::new));
        snapshot.hostNamesOf(intent.cluster().ref().name()).forEach(unknown::remove);
        return unknown;
    }

    private static HostReadiness ofSnapshot(HostSnapshot snapshot, ShardIntent intent) {
        var unknown = unknownTo(snapshot, intent);
        if (!unknown.isEmpty()) {
            return waiting("its remote_servers lack " + unknown.size() + " of "
                    + intent.layout().hosts().size() + " hosts");
        }
        return snapshot.readOnlyReplicas().stream()
                .findFirst()
                .map(table -> new HostReadiness(
                        Optional.of("its replica of " + table.database() + "." + table.table()
                                + " is read-only: it has no session with the coordination"),
                        true))
                .orElse(READY);
    }

    private static HostReadiness waiting(String missing) {
        return new HostReadiness(Optional.of(missing), false);
    }
}
