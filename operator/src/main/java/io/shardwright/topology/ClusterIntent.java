package io.shardwright.topology;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.api.model.LocalObjectReference;
import io.shardwright.crds.PodTemplate;
import java.util.List;
import java.util.Map;
import java.util.Objects;
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
        return new Standing(layout, leaving, version, storage).hostsWithTables();
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

        /** @param template may be null */
        public static PodAdditions of(PodTemplate template) {
            return template == null
                    ? none()
                    : new PodAdditions(
                            Objects.requireNonNullElse(template.labels(), Map.of()),
                            Objects.requireNonNullElse(template.annotations(), Map.of()),
                            Optional.ofNullable(template.spec()));
        }

        /** What images are pulled with, those of the coordination and of imports too: often all come from one registry. */
        public List<LocalObjectReference> imagePullSecrets() {
            return spec.map(pod -> pod.path("imagePullSecrets").findValuesAsText("name")).stream()
                    .flatMap(List::stream)
                    .map(LocalObjectReference::new)
                    .toList();
        }
    }
}
