package io.shardwright.topology;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A ClickHouseCluster with every default filled in.
 *
 * @param uid of the ClickHouseCluster, for owner references
 * @param size that is asked for
 * @param layout the hosts that the cluster has; of one that was not made yet, those that it will begin with
 * @param leaving hosts and shards of the layout that leave it
 * @param version as the user wrote it, e.g. 18.16.1
 * @param users the operator's own and the spec's
 */
public record ClusterIntent(
        ClusterRef ref,
        String uid,
        String version,
        String image,
        Layout.Size size,
        Layout layout,
        Leaving leaving,
        Coordination coordination,
        Storage storage,
        List<User> users,
        PodAdditions pod,
        boolean keepVolumes) {
    public ClusterIntent {
        users = List.copyOf(users);
    }

    public ClusterIntent withLayout(Layout other) {
        return new ClusterIntent(
                ref, uid, version, image, size, other, leaving, coordination, storage, users, pod, keepVolumes);
    }

    /** The hosts that hold tables, or shall: all but those whose tables are being dropped. */
    public List<Host> hostsWithTables() {
        return layout.hosts().stream().filter(host -> !leaving.isGoing(host)).toList();
    }

    public List<String> userNames() {
        return users.stream().map(User::name).toList();
    }

    /** What a user adds to the servers' pods. */
    public record PodAdditions(Map<String, String> labels, Map<String, String> annotations, Optional<JsonNode> spec) {
        public PodAdditions {
            labels = Map.copyOf(labels);
            annotations = Map.copyOf(annotations);
        }

        public static PodAdditions none() {
            return new PodAdditions(Map.of(), Map.of(), Optional.empty());
        }
    }
}
