package io.shardwright.balance;

import io.shardwright.balance.BalanceMemory.Last;
import io.shardwright.balance.Imbalance.Share;
import io.shardwright.crds.BalanceStatus;
import io.shardwright.crds.BalancingStatus;
import io.shardwright.crds.HoldStatus;
import io.shardwright.plan.Holds;
import io.shardwright.plan.Outcome;
import io.shardwright.plan.Summaries;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Tells users how evenly the shards share. Figures stay as they are until they are clearly off: rows come all the time, and a
 * status that followed them would be written all the time.
 */
final class BalanceStatusProjection {
    private static final double CLEARLY = 2;
    private static final double CLEARLY_PART = 0.1;

    private BalanceStatusProjection() {}

    static BalanceMemory memoryOf(BalanceStatus status) {
        return status == null
                ? BalanceMemory.NONE
                : new BalanceMemory(
                        Optional.ofNullable(status.aboveSince()).map(Instant::parse),
                        Optional.ofNullable(status.last()).map(BalanceStatusProjection::memoryOf));
    }

    private static Last memoryOf(BalancingStatus last) {
        return new Last(
                last.rebalance(),
                Instant.parse(last.startTime()),
                last.percentBefore(),
                Optional.ofNullable(last.completionTime()).map(Instant::parse),
                last.percentAfter() == null ? OptionalInt.empty() : OptionalInt.of(last.percentAfter()));
    }

    /** @param previous null before the first */
    static BalanceStatus project(
            BalanceStatus previous, BalanceDecision decision, List<Outcome<BalanceAction>> outcomes, Instant now) {
        var before = previous == null ? EMPTY : previous;
        var last = Outcome.allDone(outcomes)
                ? decision.begun().or(decision.memory()::last)
                : decision.memory().last();
        var holds = Holds.project(before.holds(), decision.plan().holds(), now);
        var aboveSince = decision.memory().aboveSince().map(Instant::toString).orElse(null);
        var told = last.map(BalanceStatusProjection::told).orElse(null);
        return decision.imbalance()
                .map(known -> project(before, known, last, aboveSince, told, holds))
                .orElseGet(() -> new BalanceStatus(
                        before.summary(),
                        before.bytesPercent(),
                        before.rowsPercent(),
                        before.newestPercent(),
                        before.imbalance(),
                        before.fullestShard(),
                        before.emptiestShard(),
                        before.hottestShard(),
                        aboveSince,
                        told,
                        holds));
    }

    private static final BalanceStatus EMPTY = new BalanceStatus(
            "not every shard has said what it holds", null, null, null, null, null, null, null, null, null, List.of());

    private static BalanceStatus project(
            BalanceStatus before,
            Imbalance known,
            Optional<Last> last,
            String aboveSince,
            BalancingStatus told,
            List<HoldStatus> holds) {
        int bytes = steady(before.bytesPercent(), known.bytes().percent());
        var newest = known.newest().map(share -> steady(before.newestPercent(), share.percent()));
        var fullest = bytes < CLEARLY ? null : steadyFullest(before.fullestShard(), known.bytes());
        var emptiest = bytes < CLEARLY ? null : steadyEmptiest(before.emptiestShard(), known.bytes());
        return new BalanceStatus(
                Summaries.brief(summary(bytes, fullest, emptiest, last)),
                bytes,
                steady(before.rowsPercent(), known.rows().percent()),
                newest.orElse(null),
                bytes + "%",
                fullest,
                emptiest,
                newest.filter(percent -> percent >= CLEARLY)
                        .map(percent -> steadyFullest(
                                before.hottestShard(), known.newest().get()))
                        .orElse(null),
                aboveSince,
                told,
                holds);
    }

    private static String summary(int bytes, Integer fullest, Integer emptiest, Optional<Last> last) {
        var figures = fullest == null
                ? "Even"
                : "shard " + fullest + " is " + bytes + "% above its fair share, shard " + emptiest + " holds least";
        return last.filter(Last::isUnderWay)
                .map(one -> figures + "; Rebalance " + one.name() + " is under way")
                .orElse(figures);
    }

    private static int steady(Integer before, double percent) {
        return before != null && Math.abs(percent - before) < slack(before) ? before : (int) Math.round(percent);
    }

    private static double slack(double percent) {
        return Math.max(CLEARLY, percent * CLEARLY_PART);
    }

    private static Integer steadyFullest(Integer before, Share share) {
        return before != null
                        && share.percents().containsKey(before)
                        && share.percents().get(before) > share.percent() - slack(share.percent())
                ? before
                : Integer.valueOf(share.fullest());
    }

    private static Integer steadyEmptiest(Integer before, Share share) {
        return before != null
                        && share.percents().containsKey(before)
                        && share.percents().get(before) < share.percents().get(share.emptiest()) + CLEARLY
                ? before
                : Integer.valueOf(share.emptiest());
    }

    private static BalancingStatus told(Last last) {
        return new BalancingStatus(
                last.name(),
                last.started().toString(),
                last.before(),
                last.completed().map(Instant::toString).orElse(null),
                last.after().isPresent() ? last.after().getAsInt() : null);
    }
}
