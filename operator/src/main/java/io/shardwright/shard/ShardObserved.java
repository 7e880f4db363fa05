package io.shardwright.shard;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.shardwright.clickhouse.HostSnapshot;
import io.shardwright.kube.ObjectRef;
import io.shardwright.topology.Host;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What stands of a shard.
 *
 * @param objects every object that the shard owns
 * @param pods the pod of each host that has one
 * @param answers what each host said; a host that was not asked is not in it
 */
record ShardObserved(Map<ObjectRef, HasMetadata> objects, Map<Host, PodState> pods, Map<Host, Answer> answers) {
    ShardObserved {
        objects = Map.copyOf(objects);
        pods = Map.copyOf(pods);
        answers = Map.copyOf(answers);
    }

    /** What the hosts said that answered. */
    Map<Host, HostSnapshot> snapshots() {
        var snapshots = new TreeMap<Host, HostSnapshot>();
        answers.forEach((host, answer) -> {
            if (answer instanceof Answer.Said(var snapshot)) {
                snapshots.put(host, snapshot);
            }
        });
        return snapshots;
    }

    /**
     * A host's pod.
     *
     * @param ready as Kubernetes sees it: in the Services
     * @param answering whether its server can be asked, in the Services or not
     * @param address its IP; empty before it has one
     * @param configHash of the configuration that it was last told of; empty before
     * @param lastWords why its container does not run: the reason, and what it said last
     */
    record PodState(
            boolean ready,
            boolean answering,
            String node,
            String address,
            String configHash,
            Optional<String> lastWords) {}

    /** What a host said of itself. */
    sealed interface Answer {
        record Said(HostSnapshot snapshot) implements Answer {}

        /**
         * It did not answer; nothing is known of it.
         *
         * @param message what was tried
         */
        record Unknown(String message) implements Answer {}
    }
}
