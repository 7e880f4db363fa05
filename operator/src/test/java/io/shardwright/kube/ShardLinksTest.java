package io.shardwright.kube;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.PodBuilder;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.shardwright.topology.ClusterRef;
import io.shardwright.topology.Host;
import io.shardwright.topology.Labels;
import org.junit.jupiter.api.Test;

final class ShardLinksTest {
    @Test
    void aPodIsOfTheShardThatItsLabelsTell() {
        var host = new Host(new ClusterRef("ns", "main", "cluster.local"), 12, 1);
        var pod = new PodBuilder()
                .withNewMetadata()
                .withName(host.podName())
                .withNamespace("ns")
                .withLabels(Labels.of(host))
                .endMetadata()
                .build();

        assertThat(ShardLinks.pods("any").build().getSecondaryToPrimaryMapper().toPrimaryResourceIDs(pod))
                .containsExactly(new ResourceID("main-12", "ns"));
    }
}
