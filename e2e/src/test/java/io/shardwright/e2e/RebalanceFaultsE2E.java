package io.shardwright.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.shardwright.crds.HoldStatus;
import io.shardwright.crds.MovePhase;
import io.shardwright.crds.RebalancePhase;
import io.shardwright.crds.RebalanceStatus;
import io.shardwright.e2e.harness.HostDisk;
import io.shardwright.e2e.harness.HostShell;
import io.shardwright.e2e.harness.Sandbox;
import io.shardwright.topology.Host;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;

/** Partitions change shards while ZooKeeper goes away and disks are full. */
final class RebalanceFaultsE2E extends Rebalancing {
    /** Less than a partition of the tables that are to be moved. */
    private static final long LEFT_BYTES = 8_000_000;

    private static final String ZOOKEEPER = NAME + "-zookeeper-0";

    RebalanceFaultsE2E(Sandbox sandbox) {
        super(sandbox);
    }

    @Test
    @Order(1)
    void withoutZooKeeperInTheMiddleOfAMoveItWaitsAndGoesOn() {
        var replica = sql.host(1, 1);
        try (var _ = reader(OUTAGE)) {
            apply(OUTAGE, "concurrency: 2");
            await("something is copied").atMost(MOVED_WITHIN).until(() -> isAny(OUTAGE, MovePhase.Copying));
            loseZooKeeper();
            assertThat(status(OUTAGE).orElseThrow().current())
                    .as("moves during the outage")
                    .isNotEmpty();
            await("it goes on by itself")
                    .atMost(MOVED_WITHIN)
                    .until(() -> status(OUTAGE).orElseThrow().movesDone() > 0);

            // What is attached is not seen on this replica, so that the partition cannot leave the other shard.
            sql.execute(replica, "SYSTEM STOP REPLICATION QUEUES e2e." + OUTAGE);
            await("a partition changes shards").atMost(MOVED_WITHIN).until(() -> isAny(OUTAGE, MovePhase.Switching));
            loseZooKeeper();
            assertThat(isAny(OUTAGE, MovePhase.Switching))
                    .as("a partition is between shards during the outage")
                    .isTrue();
            sql.execute(replica, "SYSTEM START REPLICATION QUEUES e2e." + OUTAGE);
            awaitSuccess(OUTAGE);
        }
        assertThatNothingIsMissing(OUTAGE);
    }

    @Test
    @Order(2)
    void whatDoesNotFitWaitsUntilThereIsRoom() {
        var replica = sql.host(1, 1);
        sql.execute(replica, "CREATE TABLE e2e.ballast (n Array(UInt64)) ENGINE = MergeTree ORDER BY tuple()");
        sql.execute(
                replica,
                "INSERT INTO e2e.ballast SELECT arrayMap(i -> cityHash64(number, i), range(28))"
                        + " FROM system.numbers LIMIT 1000000");
        apply(LARGE);
        var hold = awaitHold(LARGE, "NotEnoughSpace", () -> {});
        assertThat(hold.subject()).isEqualTo("shard 1");
        assertThat(status(LARGE).orElseThrow().current()).isEmpty();
        assertThat(status(LARGE).orElseThrow().phase()).isEqualTo(RebalancePhase.Moving);
        assertThat(moveTables()).isEmpty();
        assertThat(partitionsOn(sql.host(1, 0), LARGE)).isZero();

        sql.execute(replica, "DROP TABLE e2e.ballast");
        awaitSuccess(LARGE);
        assertThatNothingIsMissing(LARGE);
    }

    /** Servers before 19.15 do not tell how much is free: what is not theirs is noticed when it is in the way. */
    @Test
    @Order(3)
    void aDiskThatIsFullOfOtherThingsHoldsAMoveAndBreaksNothing() {
        var disk = new HostDisk(new HostShell(sandbox), sql.host(1, 1), "/var/lib/clickhouse/data");
        disk.fillUpTo(LEFT_BYTES);
        apply(LARGER);
        // What the server frees, of parts that were merged, is taken as well.
        var hold = awaitHold(LARGER, "CopyFailed", () -> disk.fillUpTo(LEFT_BYTES));
        assertThat(hold.message()).containsIgnoringCase("space");
        assertThat(partitionsOn(sql.host(0, 0), LARGER)).isOne();
        assertThat(partitionsOn(sql.host(1, 0), LARGER)).isZero();
        assertThat(sumsOf(sql.host(0, 1), LARGER)).isEqualTo(sums.get(LARGER));

        disk.makeRoom();
        awaitSuccess(LARGER);
        assertThatNothingIsMissing(LARGER);
    }

    /** Until every server has noticed. */
    private void loseZooKeeper() {
        await("no server takes rows any more")
                .pollInterval(Duration.ofMillis(200))
                .atMost(Sandbox.SOON)
                .until(() -> {
                    sandbox.client()
                            .pods()
                            .inNamespace(sandbox.namespace())
                            .withName(ZOOKEEPER)
                            .withGracePeriod(0)
                            .delete();
                    return hosts().stream().allMatch(this::isReadOnly);
                });
    }

    private boolean isReadOnly(Host host) {
        return sql.number(
                        host,
                        "SELECT count() FROM system.replicas WHERE database = 'e2e' AND table = '" + OUTAGE
                                + "' AND (is_readonly OR is_session_expired)")
                == 1;
    }

    private HoldStatus awaitHold(String name, String reason, Runnable meanwhile) {
        return await(name + " is held: " + reason)
                .atMost(MOVED_WITHIN)
                .until(
                        () -> {
                            meanwhile.run();
                            return status(name).map(RebalanceStatus::holds).stream()
                                    .flatMap(List::stream)
                                    .filter(hold -> reason.equals(hold.reason()))
                                    .findFirst();
                        },
                        Optional::isPresent)
                .orElseThrow();
    }
}
