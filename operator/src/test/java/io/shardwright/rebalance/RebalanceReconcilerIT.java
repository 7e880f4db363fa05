package io.shardwright.rebalance;

import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.javaoperatorsdk.operator.Operator;
import io.shardwright.clickhouse.ClickHouseException;
import io.shardwright.clickhouse.Servers;
import io.shardwright.clickhouse.TableGate;
import io.shardwright.crds.ClickHouseCluster;
import io.shardwright.crds.Rebalance;
import io.shardwright.observability.Journal;
import io.shardwright.testing.ControlPlane;
import io.shardwright.topology.Host;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The reconciler against a real API server, with servers that never answer. */
class RebalanceReconcilerIT {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String SWITCHING = """
            {"status": {"phase": "Moving", "current": [{"id": "1", "database": "db", "table": "t", "partition": "p",
              "from": 0, "to": 1, "phase": "Switching", "bytes": 1, "rows": 1, "attempts": 1, "mark": 1,
              "since": "2026-01-01T00:00:00Z"}]}}
            """;

    private ControlPlane controlPlane;
    private Operator operator;

    @BeforeEach
    void start() throws IOException, InterruptedException {
        controlPlane = ControlPlane.up();
        operator = new Operator(configuration ->
                configuration.withKubernetesClient(controlPlane.client()).withCloseClientOnStop(false));
        operator.register(
                new RebalanceReconciler(
                        new Silent(), new TableGate(), Journal.none(), "cluster.local", Clock.systemUTC()),
                overrider -> overrider.settingNamespace(controlPlane.namespace()));
        operator.start();
    }

    @AfterEach
    void stop() {
        operator.stop();
        controlPlane.close();
    }

    @ParameterizedTest
    @CsvSource({"no-port, db.u", "zk:2181, db.t", "no-port, db.t"})
    void aSwitchIsNotForgottenBecauseASpecIsNotAccepted(String endpoint, String groupedWithT) {
        create(ClickHouseCluster.class, """
                metadata: {name: c}
                spec: {version: "18.16.1", shards: 2, coordination: {endpoints: ["%s"]}}
                """.formatted(endpoint));
        create(Rebalance.class, """
                metadata: {name: r}
                spec: {cluster: c, tables: {together: [{tables: [db.t, %s]}]}}
                """.formatted(groupedWithT));
        await("its finalizer")
                .atMost(PATIENCE)
                .until(() -> !rebalance().getMetadata().getFinalizers().isEmpty());
        controlPlane
                .client()
                .resource(rebalance())
                .subresource("status")
                .patch(PatchContext.of(PatchType.JSON_MERGE), SWITCHING);

        controlPlane.client().resource(rebalance()).delete();

        await("a hold")
                .atMost(PATIENCE)
                .until(() -> rebalance().getStatus().holds() != null
                        && rebalance().getStatus().holds().stream()
                                .anyMatch(hold -> hold.reason().equals("HostUnreachable")));
        controlPlane
                .client()
                .resources(ClickHouseCluster.class)
                .inNamespace(controlPlane.namespace())
                .withName("c")
                .delete();
        await("its end").atMost(PATIENCE).until(() -> rebalance() == null);
    }

    private <T extends HasMetadata> void create(Class<T> kind, String yaml) {
        var object = Serialization.unmarshal(yaml, kind);
        object.getMetadata().setNamespace(controlPlane.namespace());
        controlPlane.client().resource(object).create();
    }

    private Rebalance rebalance() {
        return controlPlane
                .client()
                .resources(Rebalance.class)
                .inNamespace(controlPlane.namespace())
                .withName("r")
                .get();
    }

    private static final class Silent implements Servers {
        @Override
        public List<List<String>> query(Host host, String sql) {
            throw new ClickHouseException(ClickHouseException.NO_ANSWER, "no answer", null);
        }

        @Override
        public void execute(Host host, String sql, Map<String, String> settings) {
            throw new ClickHouseException(ClickHouseException.NO_ANSWER, "no answer", null);
        }
    }
}
