package io.shardwright.balance;

import io.shardwright.balance.BalanceIntent.When;
import io.shardwright.balance.BalanceMemory.Last;
import io.shardwright.balance.BalanceObserved.StandingRebalance;
import io.shardwright.plan.Amounts;
import io.shardwright.plan.Hold;
import io.shardwright.plan.HoldReason;
import io.shardwright.plan.Plan;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Decides when uneven shards are reason enough for a Rebalance.
 *
 * <p>One begins above a threshold and leaves the shards below a lower one. What it cannot move, e.g. keyed tables, keeps the
 * shards uneven: then another begins only when they have become worse by the distance of the two thresholds, or after a long
 * pause. So neither shards near the threshold nor tables that stay where they are make one Rebalance after the other.
 */
final class BalancePlanner {
    /** Of those that are over, so many stay for people to read. */
    private static final int KEPT = 3;

    /** What was created may not be seen at once. */
    private static final Duration SEEN_WITHIN = Duration.ofMinutes(1);

    private final BalanceIntent intent;
    private final BalanceObserved observed;
    private final BalanceMemory memory;
    private final Instant now;
    private final Optional<Imbalance> imbalance;
    private final String prefix;

    private BalancePlanner(BalanceIntent intent, BalanceObserved observed, BalanceMemory memory, Instant now) {
        this.intent = intent;
        this.observed = observed;
        this.memory = memory;
        this.now = now.truncatedTo(ChronoUnit.SECONDS);
        this.imbalance = observed.imbalance();
        this.prefix = intent.cluster().name() + "-balance-";
    }

    static BalanceDecision plan(BalanceIntent intent, BalanceObserved observed, BalanceMemory memory, Instant now) {
        return new BalancePlanner(intent, observed, memory, now).decide();
    }

    private BalanceDecision decide() {
        var next = new BalanceMemory(aboveSince(), last());
        return imbalance
                .flatMap(known -> intent.when().flatMap(when -> begin(when, percent(known), next)))
                .orElseGet(() -> new BalanceDecision(imbalance, next, Optional.empty(), Plan.none()));
    }

    private static int percent(Imbalance imbalance) {
        return (int) Math.round(imbalance.bytes().percent());
    }

    /** What is not known now has not changed. */
    private Optional<Instant> aboveSince() {
        if (imbalance.isEmpty()) {
            return memory.aboveSince();
        }
        return intent.when().filter(when -> isAbove(when, imbalance.get())).map(when -> memory.aboveSince()
                .orElse(now));
    }

    private static boolean isAbove(When when, Imbalance imbalance) {
        return imbalance.bytes().percent() > when.abovePercent()
                && imbalance.bytes().excess() >= when.atLeastBytes();
    }

    /** Also one that was begun by a pass that could not write it down. */
    private Optional<Last> last() {
        var newest = own().max(Comparator.comparingInt(this::number));
        boolean isKnown = newest.isEmpty()
                || memory.last()
                        .filter(last -> number(last.name()) >= number(newest.get()))
                        .isPresent();
        var last = isKnown
                ? memory.last()
                : newest.map(rebalance -> Last.begun(
                        rebalance.name(),
                        rebalance.created(),
                        imbalance.map(BalancePlanner::percent).orElse(0)));
        return last.map(one -> one.isUnderWay() ? lookAfter(one) : one);
    }

    /** How far it came is told by shards that were asked after it was over. */
    private Last lookAfter(Last last) {
        var standing =
                own().filter(rebalance -> rebalance.name().equals(last.name())).findFirst();
        boolean isOver = standing.map(StandingRebalance::isOver)
                .orElseGet(() -> last.started().plus(SEEN_WITHIN).isBefore(now));
        boolean isMeasured = imbalance.isPresent()
                && standing.flatMap(StandingRebalance::completed)
                        .map(observed::isNewerThan)
                        .orElse(true);
        return isOver && isMeasured ? last.ended(now, percent(imbalance.get())) : last;
    }

    private Optional<BalanceDecision> begin(When when, int percent, BalanceMemory next) {
        boolean isDue = next.aboveSince()
                .filter(since -> !since.plus(when.lasting()).isAfter(now))
                .isPresent();
        if (!isDue || next.last().filter(Last::isUnderWay).isPresent()) {
            return Optional.empty();
        }
        var hold = whyNot(when, percent, next.last());
        if (hold.isPresent()) {
            return Optional.of(
                    new BalanceDecision(imbalance, next, Optional.empty(), new Plan<>(List.of(), List.of(hold.get()))));
        }
        var name = prefix + (highest(next.last()) + 1);
        var actions = new ArrayList<BalanceAction>();
        outdated()
                .map(rebalance -> new BalanceAction.DeleteRebalance(rebalance.name()))
                .forEach(actions::add);
        actions.add(new BalanceAction.CreateRebalance(name, when.untilPercent()));
        return Optional.of(new BalanceDecision(
                imbalance, next, Optional.of(Last.begun(name, now, percent)), new Plan<>(actions, List.of())));
    }

    private Optional<Hold> whyNot(When when, int percent, Optional<Last> last) {
        if (observed.isChanging()) {
            return hold(
                    HoldReason.MoveAhead, "the shards are uneven; a Rebalance begins when those that come and go have");
        }
        return observed.rebalances().stream()
                .filter(rebalance -> !rebalance.isOver())
                .map(StandingRebalance::name)
                .sorted()
                .findFirst()
                .flatMap(other -> hold(
                        HoldReason.MoveAhead,
                        "the shards are uneven; it is seen to when Rebalance " + other + " is over"))
                .or(() -> last.flatMap(before -> tooSoon(when, percent, before)));
    }

    private Optional<Hold> tooSoon(When when, int percent, Last last) {
        var ended = last.completed().orElseThrow();
        int left = last.after().orElseThrow();
        boolean isAfterPause = !ended.plus(when.pause()).isAfter(now);
        if (left <= when.abovePercent()) {
            return isAfterPause
                    ? Optional.empty()
                    : hold(
                            HoldReason.NotAgainYet,
                            "the shards are uneven again; another Rebalance begins " + Amounts.duration(when.pause())
                                    + " after " + last.name() + " at the earliest, which ended " + ended);
        }
        int worse = left + when.step();
        boolean isWorthIt = percent >= worse && isAfterPause
                || !ended.plus(when.longPause()).isAfter(now);
        return isWorthIt
                ? Optional.empty()
                : hold(
                        HoldReason.NotAgainYet,
                        "Rebalance " + last.name() + " left the shards " + left
                                + "% uneven: see what it left alone in its status; another begins above " + worse
                                + "%, or "
                                + Amounts.duration(when.longPause()) + " after it ended " + ended);
    }

    private Optional<Hold> hold(HoldReason reason, String message) {
        return Optional.of(new Hold(reason, intent.cluster().name(), message));
    }

    private Stream<StandingRebalance> own() {
        return observed.rebalances().stream().filter(rebalance -> number(rebalance) > 0);
    }

    private Stream<StandingRebalance> outdated() {
        return own().filter(StandingRebalance::isOver)
                .sorted(Comparator.comparingInt((StandingRebalance rebalance) -> -number(rebalance)))
                .skip(KEPT - 1L);
    }

    private int highest(Optional<Last> last) {
        return Stream.concat(own().map(StandingRebalance::name), last.map(Last::name).stream())
                .mapToInt(this::number)
                .max()
                .orElse(0);
    }

    private int number(StandingRebalance rebalance) {
        return number(rebalance.name());
    }

    /** 0 of a Rebalance that someone else made. */
    private int number(String name) {
        return name.startsWith(prefix) && name.substring(prefix.length()).matches("[1-9][0-9]{0,8}")
                ? Integer.parseInt(name.substring(prefix.length()))
                : 0;
    }
}
