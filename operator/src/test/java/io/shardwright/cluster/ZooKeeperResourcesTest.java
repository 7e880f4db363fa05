package io.shardwright.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.LocalObjectReference;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.shardwright.crds.PodTemplate;
import io.shardwright.topology.ClusterIntent;
import io.shardwright.topology.ClusterIntent.PodAdditions;
import io.shardwright.topology.Coordination;
import org.junit.jupiter.api.Test;

final class ZooKeeperResourcesTest {
    @Test
    void itsImageIsPulledWithTheServersSecrets() {
        var template = Serialization.unmarshal("spec: {imagePullSecrets: [{name: registry}]}", PodTemplate.class);
        var plain = ClusterFixtures.intent(1, 1, ClusterFixtures.MANAGED);

        assertThat(statefulSet(ClusterFixtures.with(plain, PodAdditions.of(template)))
                        .getSpec()
                        .getTemplate()
                        .getSpec()
                        .getImagePullSecrets())
                .extracting(LocalObjectReference::getName)
                .containsExactly("registry");
    }

    private static StatefulSet statefulSet(ClusterIntent cluster) {
        return ZooKeeperResources.of(cluster, (Coordination.Managed) cluster.coordination()).stream()
                .filter(StatefulSet.class::isInstance)
                .map(StatefulSet.class::cast)
                .findFirst()
                .orElseThrow();
    }
}
