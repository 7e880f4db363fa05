package io.shardwright.balance;

import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What a pass has to know of those before it; it stands in the status.
 *
 * @param aboveSince since when the shards have been too uneven without a break
 * @param last the last Rebalance that was begun because of it
 */
record BalanceMemory(Optional<Instant> aboveSince, Optional<Last> last) {
    static final BalanceMemory NONE = new BalanceMemory(Optional.empty(), Optional.empty());

    /**
     * @param before imbalance in per cent when it began
     * @param after and when it had ended
     */
    record Last(String name, Instant started, int before, Optional<Instant> completed, OptionalInt after) {
        static Last begun(String name, Instant started, int before) {
            return new Last(name, started, before, Optional.empty(), OptionalInt.empty());
        }

        Last ended(Instant at, int left) {
            return new Last(name, started, before, Optional.of(at), OptionalInt.of(left));
        }

        boolean isUnderWay() {
            return completed.isEmpty();
        }
    }
}
