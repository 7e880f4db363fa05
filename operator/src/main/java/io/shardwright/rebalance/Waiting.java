package io.shardwright.rebalance;

import io.shardwright.plan.Hold;
import io.shardwright.rebalance.Inventory.HeldUp;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Nothing can be moved that would help, but something could if nothing were in its way that passes by itself. A shard that is
 * to be empty is waited for as long as it takes. Balance is not: what is written to all the time would keep a Rebalance, and those
 * behind it, from ever being over.
 *
 * @param hold what is in the way
 * @param since when nothing else was left; empty where the time that passes does not count
 * @param isGivenUp it was waited for long enough
 */
record Waiting(Hold hold, Optional<Instant> since, boolean isGivenUp) {
    static final Duration LONG_ENOUGH = Duration.ofMinutes(10);

    /** Less than this part of all bytes is not worth waiting for. */
    private static final int WORTH = 100;

    /**
     * @param since when nothing else was left, as status says
     * @param isCounted whether the time that passes counts
     */
    static Optional<Waiting> of(
            Inventory inventory, int tolerancePercent, Optional<Instant> since, boolean isCounted, Instant now) {
        if (inventory.heldUp().isEmpty() || !inventory.holds().isEmpty()) {
            return Optional.empty();
        }
        var spaces = inventory.spacesOfAll();
        var units = inventory.unitsOfAll();
        boolean isDrain = spaces.stream().anyMatch(ShardSpace::isDrained);
        var gain = MovePlanner.gain(spaces, units, tolerancePercent);
        long all = units.stream().mapToLong(Unit::bytes).sum()
                + spaces.stream().mapToLong(ShardSpace::fixedBytes).sum();
        if (!isDrain && gain.bytes() < Math.max(1, all / WORTH)) {
            return Optional.empty();
        }
        return gain.relocations().stream()
                .map(Relocation::unit)
                .filter(unit -> inventory.heldUp().containsKey(unit))
                .filter(unit -> !isDrain || isDrained(inventory, unit.shard()))
                .findFirst()
                .map(unit -> of(unit.shard(), inventory.heldUp().get(unit), isDrain, since, isCounted, now));
    }

    private static Waiting of(
            int shard, HeldUp heldUp, boolean isDrain, Optional<Instant> since, boolean isCounted, Instant now) {
        if (isDrain || !isCounted) {
            return new Waiting(heldUp.hold(shard, "waits"), Optional.empty(), false);
        }
        var began = since.orElse(now);
        var end = began.plus(LONG_ENOUGH);
        return new Waiting(
                heldUp.hold(shard, "waits until " + end + " at most"), Optional.of(began), !now.isBefore(end));
    }

    private static boolean isDrained(Inventory inventory, int shard) {
        return inventory.spaces().stream().anyMatch(space -> space.shard() == shard && space.isDrained());
    }
}
