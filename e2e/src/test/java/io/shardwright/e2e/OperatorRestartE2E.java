package io.shardwright.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.shardwright.crds.ImportPhase;
import io.shardwright.e2e.harness.Alone;
import io.shardwright.e2e.harness.EndToEnd;
import io.shardwright.e2e.harness.Examples;
import io.shardwright.e2e.harness.HostSql;
import io.shardwright.e2e.harness.OperatorPod;
import io.shardwright.e2e.harness.Sandbox;
import io.shardwright.e2e.harness.Yaml;
import java.time.Duration;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;

/** The operator may die at any time: what it had begun is brought to its end, once. */
@Alone
@ExtendWith(EndToEnd.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class OperatorRestartE2E {
    private static final String IMPORT = "flights-2013";
    private static final long ROWS = 336_776;

    private final Sandbox sandbox;
    private final OperatorPod operator;

    OperatorRestartE2E(Sandbox sandbox, OperatorPod operator) {
        this.sandbox = sandbox;
        this.operator = operator;
    }

    @Test
    @Order(1)
    void aClusterIsCreatedThoughTheOperatorDies() {
        sandbox.apply(Examples.flights(sandbox.namespace()));
        await("the first server is created")
                .pollInterval(Duration.ofMillis(20))
                .atMost(Sandbox.SOON)
                .until(() -> !sandbox.client()
                        .apps()
                        .statefulSets()
                        .inNamespace(sandbox.namespace())
                        .list()
                        .getItems()
                        .isEmpty());
        operator.kill();
        sandbox.awaitClusterReady("flights");
        sandbox.awaitTableReady("flights");
    }

    @Test
    @Order(2)
    void anImportAddsItsRowsOnceThoughTheOperatorDiesAgainAndAgain() {
        for (var phase : new ImportPhase[] {ImportPhase.Loading, ImportPhase.Publishing}) {
            await("the import is " + phase + ", or further")
                    .pollInterval(Duration.ofMillis(20))
                    .atMost(Sandbox.SOON)
                    .until(() -> {
                        var status = sandbox.importJob(IMPORT).getStatus();
                        return status != null && status.phase().compareTo(phase) >= 0;
                    });
            operator.kill();
        }
        var job = sandbox.awaitImportEnd(IMPORT, Duration.ofMinutes(3));
        assertThat(job.getStatus().phase())
                .describedAs("phase: %s", job.getStatus().summary())
                .isEqualTo(ImportPhase.Succeeded);
        try (var sql = new HostSql(sandbox, "flights", "shardwright")) {
            for (var host : sql.hosts(2, 2)) {
                assertThat(sql.number(host, "SELECT count() FROM nyc.flights_all"))
                        .describedAs("rows, asked of %s", host.name())
                        .isEqualTo(ROWS);
            }
        }
    }

    @Test
    @Order(3)
    void oneOfTwoTakesOverWhenTheOtherDies() {
        operator.scale(2);
        try {
            var killed = operator.killLeader();
            sandbox.apply(Yaml.table("later", "flights"));
            sandbox.awaitTableReady("later");
            assertThat(operator.leader()).isNotEqualTo(killed);
        } finally {
            operator.scale(1);
        }
    }
}
