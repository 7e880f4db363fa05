package io.shardwright.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.shardwright.crds.MovePhase;
import io.shardwright.crds.RebalancePhase;
import io.shardwright.crds.RebalanceStatus;
import io.shardwright.e2e.harness.KubectlTable;
import io.shardwright.e2e.harness.Sandbox;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;

/** Partitions change shards while rows are read and written, and users change their mind. */
final class RebalanceE2E extends Rebalancing {
    RebalanceE2E(Sandbox sandbox) {
        super(sandbox);
    }

    @Test
    @Order(1)
    void aDryRunTellsWhatARebalanceThenDoes() {
        apply(PLAIN, "dryRun: true");
        var planned = await("every partition is left alone for long enough to be planned")
                .atMost(MOVED_WITHIN)
                .until(() -> status(PLAIN), status -> movesLeft(status) == MONTHS)
                .orElseThrow();
        assertThat(planned.phase()).isEqualTo(RebalancePhase.Planned);
        assertThat(planned.plan()).hasSize(MONTHS).allSatisfy(move -> {
            assertThat(move.table()).isEqualTo("e2e." + PLAIN);
            assertThat(move.from()).isZero();
            assertThat(move.to()).isOne();
            assertThat(move.rows()).isEqualTo(ROWS_A_MONTH.get(PLAIN).longValue());
        });
        assertThat(printed(PLAIN))
                .containsEntry("Cluster", NAME)
                .containsEntry("Moves", "0/" + MONTHS)
                .containsEntry("Progress", "0%")
                .hasEntrySatisfying("Status", text -> assertThat(text).startsWith("Dry run: " + MONTHS + " moves of "));
        assertThat(partitionsOn(sql.host(1, 0), PLAIN)).isZero();

        try (var _ = reader(PLAIN)) {
            apply(PLAIN, "dryRun: false");
            awaitSuccess(PLAIN);
        }

        assertThat(printed(PLAIN))
                .containsEntry("Moves", MONTHS + "/" + MONTHS)
                .containsEntry("Progress", "100%")
                .hasEntrySatisfying("Status", text -> assertThat(text).startsWith("Succeeded"));
        var done = status(PLAIN).orElseThrow();
        assertThat(Sandbox.condition(done.conditions(), "Ready").orElseThrow().getStatus())
                .isEqualTo("True");
        assertThat(Sandbox.condition(done.conditions(), "Progressing")
                        .orElseThrow()
                        .getStatus())
                .isEqualTo("False");
        assertThat(done.bytesMoved())
                .isEqualTo(
                        planned.plan().stream().mapToLong(move -> move.bytes()).sum());
        assertThat(done.history()).hasSize(MONTHS).allSatisfy(line -> assertThat(line.verified())
                .contains("checksums of all parts are the same on every replica"));
        assertThat(partitionsOn(sql.host(0, 0), PLAIN)).isZero();
        assertThatNothingIsMissing(PLAIN);
    }

    @Test
    @Order(2)
    void pausedOrDeletedMidwayNothingStaysHalfMoved() {
        try (var _ = reader(STOPPED)) {
            apply(STOPPED, "concurrency: 2");
            awaitMidway(1);
            apply(STOPPED, "concurrency: 2", "paused: true");
            await("what was begun is ended or given up")
                    .atMost(MOVED_WITHIN)
                    .until(
                            () -> status(STOPPED),
                            status -> status.map(RebalanceStatus::phase)
                                            .filter(RebalancePhase.Paused::equals)
                                            .isPresent()
                                    && status.get().current().isEmpty());
            assertThat(printed(STOPPED)).containsEntry("Status", "Paused");
            assertThat(partitionsOn(sql.host(0, 0), STOPPED)).isPositive();
            assertThatNothingIsMissing(STOPPED);

            apply(STOPPED, "concurrency: 2", "paused: false");
            awaitMidway(2);
            sandbox.delete(rebalance(STOPPED).orElseThrow());
            assertThat(partitionsOn(sql.host(0, 0), STOPPED)).isPositive();
            assertThatNothingIsMissing(STOPPED);

            var replica = sql.host(1, 1);
            sql.execute(replica, "SYSTEM STOP REPLICATION QUEUES e2e." + STOPPED);
            apply(STOPPED, "concurrency: 2");
            await("a partition changes shards").atMost(MOVED_WITHIN).until(() -> isAny(STOPPED, MovePhase.Switching));
            var deleted = rebalance(STOPPED).orElseThrow();
            sandbox.client().resource(deleted).delete();
            sql.execute(replica, "SYSTEM START REPLICATION QUEUES e2e." + STOPPED);
            sandbox.awaitGone(deleted);
        }
        assertThat(partitionsOn(sql.host(0, 0), STOPPED)).isPositive();
        assertThatNothingIsMissing(STOPPED);
    }

    private void awaitMidway(int done) {
        await("some moves are made and others under way")
                .pollInterval(Duration.ofMillis(50))
                .atMost(MOVED_WITHIN)
                .until(() -> status(STOPPED)
                        .filter(status -> status.movesDone() != null && status.movesDone() >= done)
                        .filter(status -> !status.current().isEmpty())
                        .isPresent());
    }

    private Map<String, String> printed(String name) {
        return KubectlTable.of(sandbox, "rebalances").rows().stream()
                .filter(row -> name.equals(row.get("Name")))
                .findFirst()
                .orElseThrow();
    }

    private static int movesLeft(Optional<RebalanceStatus> status) {
        return status.map(RebalanceStatus::movesLeft).orElse(0);
    }
}
