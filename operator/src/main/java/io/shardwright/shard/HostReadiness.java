package io.shardwright.shard;

import io.shardwright.clickhouse.HostSnapshot;
import io.shardwright.serverconfig.ListedServers;
import io.shardwright.shard.ShardObserved.Answer;
import io.shardwright.shard.ShardObserved.PodState;
import io.shardwright.topology.Host;
import java.util.Optional;

/**
 * Whether a host is ready: it answers, it knows every host that is listed, none of its replicas is read-only, and its pod is
 * in service. A host that knows more than is listed knows what it needs, and forgets the rest in a moment.
 *
 * @param missing what is missing; empty when the host is ready
 * @param broken true when waiting alone is not likely to help
 */
record HostReadiness(Optional<String> missing, boolean broken) {
    /** Why, the replacement reconciler tells. */
    static final String NOT_IN_SERVICE = "it is not in service yet";

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
        if (!pod.answering()) {
            return waiting(pod.node().isEmpty() ? "its pod is not scheduled yet" : "its server is starting");
        }
        return switch (observed.answers().get(host)) {
            case Answer.Said said -> ofSnapshot(said.snapshot(), pod, intent);
            case Answer.Unknown unknown -> new HostReadiness(Optional.of(unknown.message()), true);
            case null -> waiting("it was not asked yet");
        };
    }

    /** What a server's remote_servers lists. */
    static ListedServers knownTo(HostSnapshot snapshot, ShardIntent intent) {
        return ListedServers.of(snapshot.hostNamesOf(intent.cluster().ref().name()));
    }

    private static HostReadiness ofSnapshot(HostSnapshot snapshot, PodState pod, ShardIntent intent) {
        var known = knownTo(snapshot, intent);
        if (!known.equals(intent.listed()) && known.count() <= intent.listed().count()) {
            return waiting("its remote_servers list " + known.count() + " of "
                    + intent.listed().count() + " hosts");
        }
        if (!pod.ready() && snapshot.readOnlyReplicas().isEmpty()) {
            return waiting(NOT_IN_SERVICE);
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
