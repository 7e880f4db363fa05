package io.shardwright.holdings;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/**
 * How long a host has been quiet: nobody sends to it, and nothing keeps it from sending on what it has to. It is kept in a status,
 * so that an operator that is often stopped gets there too.
 *
 * @param since the first look at which the host was quiet
 * @param seen the last look that was noted; it was quiet at each until then
 */
public record QuietSpell(Instant since, Instant seen) {
    /**
     * How long a host may still pass on rows that were inserted on it through a Distributed table: a server tries again
     * within 30 s what it could not send, and 18.16 does not say that something waits.
     */
    public static final Duration LONG_ENOUGH = Duration.ofSeconds(40);

    /** Between two looks that are further apart much may have happened. */
    private static final Duration LONGEST_BLINK = Duration.ofSeconds(15);

    /** Not every look is worth a write of the status. */
    private static final Duration NOTED_EVERY = Duration.ofSeconds(5);

    /** As a status has it: null for none. */
    public static Optional<QuietSpell> of(String since, String seen) {
        return since == null || seen == null
                ? Optional.empty()
                : Optional.of(new QuietSpell(Instant.parse(since), Instant.parse(seen)));
    }

    /** After a look now at which the host was quiet. */
    public static QuietSpell after(Optional<QuietSpell> before, Instant time) {
        var now = time.truncatedTo(ChronoUnit.MILLIS);
        return before.filter(spell -> !spell.isOver(now))
                .map(spell -> spell.seen.plus(NOTED_EVERY).isAfter(now) ? spell : new QuietSpell(spell.since, now))
                .orElseGet(() -> new QuietSpell(now, now));
    }

    public boolean isOver(Instant now) {
        return seen.isBefore(now.minus(LONGEST_BLINK));
    }

    /** Whatever waited has been sent. */
    public boolean isLongEnough(Instant now) {
        return !isOver(now) && !since.plus(LONG_ENOUGH).isAfter(now);
    }
}
