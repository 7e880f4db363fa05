package io.shardwright.balance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.javaoperatorsdk.operator.Operator;
import io.shardwright.clickhouse.HostSnapshot;
import io.shardwright.clickhouse.HostSnapshot.TableSize;
import io.shardwright.clickhouse.LatestSizes;
import io.shardwright.crds.BalanceStatus;
import io.shardwright.crds.ClickHouseCluster;
import io.shardwright.crds.ClickHouseClusterSpec;
import io.shardwright.crds.ClickHouseClusterStatus;
import io.shardwright.crds.Rebalance;
import io.shardwright.kube.ApiServerWriter;
import io.shardwright.observability.Journal;
import io.shardwright.testing.ControlPlane;
import io.shardwright.topology.ClusterRef;
import io.shardwright.topology.Host;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The reconciler against a real API server; servers and Rebalances are the test's. */
class BalanceReconcilerIT {
    private static final String NAME = "uneven";
    private static final String REBALANCE = NAME + "-balance-1";
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final LatestSizes sizes = new LatestSizes();
    private ControlPlane controlPlane;
    private Operator operator;

    @BeforeEach
    void start() throws IOException, InterruptedException {
        controlPlane = ControlPlane.up();
        operator = new Operator(configuration ->
                configuration.withKubernetesClient(controlPlane.client()).withCloseClientOnStop(false));
        operator.register(
                new BalanceReconciler(
                        sizes,
                        new ApiServerWriter(controlPlane.client()),
                        Journal.none(),
                        "cluster.local",
                        Clock.systemUTC()),
                overrider -> overrider.settingNamespace(controlPlane.namespace()));
    }

    @AfterEach
    void stop() {
        operator.stop();
        controlPlane.close();
    }

    @Test
    void beginsARebalanceAndTellsWhatBecameOfIt() {
        say(1_000, 0);
        create("""
                version: 18.16.1
                shards: 2
                rebalancing:
                  when: {imbalancePercent: 30, atLeast: "1", lasting: 0s, pause: 1h}
                """);
        operator.start();

        await("a Rebalance").atMost(PATIENCE).until(() -> rebalance() != null);
        assertThat(rebalance().getSpec().cluster()).isEqualTo(NAME);
        assertThat(rebalance().getSpec().imbalancePercent()).isEqualTo(15);
        assertThat(rebalance().getMetadata().getOwnerReferences())
                .singleElement()
                .satisfies(owner -> assertThat(owner.getName()).isEqualTo(NAME));
        await("the status").atMost(PATIENCE).untilAsserted(() -> {
            assertThat(balance().map(BalanceStatus::bytesPercent)).contains(100);
            assertThat(balance().map(BalanceStatus::fullestShard)).contains(0);
            assertThat(balance().map(BalanceStatus::last).map(last -> last.rebalance()))
                    .contains(REBALANCE);
        });

        var completed = Instant.now();
        say(520, 480);
        controlPlane
                .client()
                .resource(rebalance())
                .subresource("status")
                .patch(
                        PatchContext.of(PatchType.JSON_MERGE),
                        "{\"status\": {\"phase\": \"Succeeded\", \"observedGeneration\": 1, \"completionTime\": \""
                                + completed + "\"}}");

        await("its end").atMost(PATIENCE).untilAsserted(() -> {
            assertThat(balance().map(BalanceStatus::last).map(last -> last.percentAfter()))
                    .contains(4);
            assertThat(balance().map(BalanceStatus::bytesPercent)).contains(4);
            assertThat(balance().map(BalanceStatus::aboveSince)).isEmpty();
            assertThat(balance().map(BalanceStatus::holds)).contains(List.of());
        });
    }

    private void say(long first, long second) {
        put(0, first);
        put(1, second);
    }

    private void put(int shard, long bytes) {
        var tables = List.of(new TableSize(Clusters.TABLE, bytes, bytes));
        sizes.put(
                new Host(new ClusterRef(controlPlane.namespace(), NAME, "cluster.local"), shard, 0),
                new HostSnapshot("18.16.1", List.of(), List.of(), List.of(), tables, List.of()),
                Instant.now());
    }

    private void create(String spec) {
        var cluster = new ClickHouseCluster();
        cluster.setMetadata(new ObjectMetaBuilder()
                .withName(NAME)
                .withNamespace(controlPlane.namespace())
                .build());
        cluster.setSpec(Serialization.unmarshal(spec, ClickHouseClusterSpec.class));
        controlPlane.client().resource(cluster).create();
    }

    private Rebalance rebalance() {
        return controlPlane
                .client()
                .resources(Rebalance.class)
                .inNamespace(controlPlane.namespace())
                .withName(REBALANCE)
                .get();
    }

    private Optional<BalanceStatus> balance() {
        return Optional.ofNullable(controlPlane
                        .client()
                        .resources(ClickHouseCluster.class)
                        .inNamespace(controlPlane.namespace())
                        .withName(NAME)
                        .require()
                        .getStatus())
                .map(ClickHouseClusterStatus::balance);
    }
}
