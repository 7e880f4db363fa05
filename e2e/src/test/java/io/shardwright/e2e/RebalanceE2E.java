package io.shardwright.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.shardwright.crds.BalanceStatus;
import io.shardwright.crds.BalancingStatus;
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
    /** How full shards are is asked twice a minute: before it is noticed, before it has lasted, and when it is over. */
    private static final Duration EVEN_WITHIN = Duration.ofMinutes(4);

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

    @Test
    @Order(3)
    void withExactReadsNobodySeesAPartitionTwice() {
        try (var _ = exactReader(EXACT)) {
            apply(EXACT, "reads: Exact");
            awaitSuccess(EXACT);
        }
        assertThat(status(EXACT).orElseThrow().movesDone()).isEqualTo(MONTHS_OF.get(EXACT));
        assertThat(partitionsOn(sql.host(0, 0), EXACT)).isZero();
        assertThatNothingIsMissing(EXACT);
    }

    /** The large tables are all on shard 0. */
    @Test
    @Order(4)
    void shardsThatBecameUnevenAreEvenedOutUnasked() {
        applyCluster("rebalancing: {when: {imbalancePercent: 20, atLeast: 1Mi, lasting: 1s, pause: 1h}}");
        var last = await("a Rebalance that nobody asked for is over")
                .atMost(EVEN_WITHIN)
                .until(() -> lastBalancing(), balancing -> balancing
                        .map(BalancingStatus::completionTime)
                        .isPresent())
                .orElseThrow();
        assertThat(last.rebalance()).isEqualTo(NAME + "-balance-1");
        assertThat(last.percentBefore()).isGreaterThan(20);
        assertThat(last.percentAfter()).isLessThanOrEqualTo(10);
        assertThat(status(last.rebalance()).orElseThrow().phase()).isEqualTo(RebalancePhase.Succeeded);
        assertThat(sandbox.cluster(NAME).getStatus().balance().bytesPercent()).isLessThanOrEqualTo(10);
        MONTHS_OF.keySet().forEach(this::assertThatNothingIsMissing);
    }

    private Optional<BalancingStatus> lastBalancing() {
        return Optional.ofNullable(sandbox.cluster(NAME).getStatus().balance()).map(BalanceStatus::last);
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
