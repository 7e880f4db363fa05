package io.shardwright.shard;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.shardwright.topology.Host;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class PodMergeTest {
    private final Host host = new Host(ShardFixtures.CLUSTER, 0, 0);
    private final ShardIntent intent = ShardFixtures.intent(1, 1, "1", "config");

    @Test
    void mergesAContainerByItsName() {
        var merged = PodMerge.merge(ServerPod.spec(intent.cluster(), host), yaml("""
                containers:
                  - name: clickhouse
                    resources: {requests: {cpu: 2}}
                    env: [{name: TZ, value: UTC}]
                """));

        var container = merged.getContainers().getFirst();
        assertThat(merged.getContainers()).hasSize(1);
        assertThat(container.getImage()).isEqualTo("clickhouse/clickhouse-server:1");
        assertThat(container.getResources().getRequests())
                .containsEntry("cpu", new Quantity("2"))
                .containsEntry("memory", new Quantity("512Mi"));
        assertThat(container.getEnv()).extracting(EnvVar::getName).contains("TZ", "SHARDWRIGHT_INTERNAL_PASSWORD");
    }

    @Test
    void addsASidecarBehindTheServer() {
        var merged = PodMerge.merge(ServerPod.spec(intent.cluster(), host), yaml("""
                nodeSelector: {disk: ssd}
                containers: [{name: exporter, image: exporter:1}]
                """));

        assertThat(merged.getContainers()).extracting("name").containsExactly("clickhouse", "exporter");
        assertThat(merged.getNodeSelector()).containsEntry("disk", "ssd");
    }

    @Test
    void leavesThePodAsItIsWithoutAdditions() {
        var own = ServerPod.spec(intent.cluster(), host);

        assertThat(PodMerge.merge(own, Optional.empty())).isEqualTo(own);
    }

    private static Optional<JsonNode> yaml(String text) {
        return Optional.of(Serialization.unmarshal(text, JsonNode.class));
    }
}
