package io.shardwright.balance;

import io.shardwright.topology.ClusterRef;
import java.time.Duration;
import java.util.Optional;

/**
 * What a user says of the balance of a cluster.
 *
 * @param when empty when no Rebalance is to begin by itself
 */
record BalanceIntent(ClusterRef cluster, Optional<When> when) {

    /**
     * When a Rebalance begins.
     *
     * @param abovePercent how far the fullest shard must be above its fair share
     * @param untilPercent how far the Rebalance leaves it there
     * @param atLeastBytes how many bytes that must be
     * @param lasting for how long
     * @param pause between the end of one and the begin of the next
     */
    record When(int abovePercent, int untilPercent, long atLeastBytes, Duration lasting, Duration pause) {
        /** After one that did not help. */
        Duration longPause() {
            return pause.multipliedBy(24);
        }

        /** So much more than the last one left is worth another try. */
        int step() {
            return abovePercent - untilPercent;
        }
    }
}
