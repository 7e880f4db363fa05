package io.shardwright.rebalance;

import io.shardwright.crds.HistoryLine;
import io.shardwright.crds.MovePhase;
import io.shardwright.plan.Outcome;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What a rebalance did that cannot be undone, with what was verified before it. The drop of a copy is a line before it is
 * queued: once the switch has begun in status, and nothing irreversible is done before. The same line tells its end.
 */
final class RebalanceHistory {
    private static final int MOST = 20;
    private static final String BEGUN = "dropping ";
    private static final String DONE = "dropped ";
    private static final String GIVEN_UP = "did not drop ";

    private RebalanceHistory() {}

    /** @param lines as status has them */
    static List<HistoryLine> after(
            List<HistoryLine> lines,
            List<CurrentMove> before,
            MoveLedger ledger,
            List<Outcome<RebalanceAction>> outcomes,
            Instant now) {
        var history = new ArrayList<>(lines);
        var phases =
                before.stream().collect(Collectors.toMap(move -> move.move().id(), CurrentMove::phase));
        for (var move : ledger.current()) {
            var was = Optional.ofNullable(phases.get(move.move().id())).orElse(MovePhase.Copying);
            if (!isChanged(was) && isChanged(move.phase())) {
                history.add(line(now, BEGUN + copyOf(move.move()), verified(move.move())));
            } else if (isChanged(was) && move.phase() == MovePhase.CleaningUp) {
                end(history, move.move(), DONE);
            } else if (isChanged(was) && !isChanged(move.phase())) {
                end(history, move.move(), GIVEN_UP);
            }
        }
        outcomes.stream().flatMap(outcome -> rescued(outcome, now).stream()).forEach(history::add);
        return List.copyOf(history.subList(Math.max(0, history.size() - MOST), history.size()));
    }

    /** What is about to be done, of the lines that were not there before. */
    static List<String> announced(List<HistoryLine> before, List<HistoryLine> after) {
        return after.stream()
                .filter(line -> !before.contains(line))
                .map(HistoryLine::what)
                .filter(what -> what.startsWith(BEGUN))
                .toList();
    }

    private static boolean isChanged(MovePhase phase) {
        return switch (phase) {
            case Copying, Narrowing, CleaningUp -> false;
            case Switching, Turning -> true;
        };
    }

    private static void end(List<HistoryLine> history, Move move, String how) {
        var begun = BEGUN + copyOf(move);
        for (int i = history.size() - 1; i >= 0; i--) {
            var line = history.get(i);
            if (line.what().equals(begun)) {
                history.set(i, new HistoryLine(line.at(), how + copyOf(move), line.verified()));
                return;
            }
        }
    }

    private static String copyOf(Move move) {
        return "the copy on shard " + move.from() + " of " + move.describe();
    }

    private static String verified(Move move) {
        return "checksums of all parts are the same on every replica of shard " + move.from()
                + " and, as a copy, of shard " + move.to();
    }

    private static Optional<HistoryLine> rescued(Outcome<RebalanceAction> outcome, Instant now) {
        return outcome instanceof Outcome.Done<RebalanceAction>(RebalanceAction.RescuePart rescue)
                ? Optional.of(line(now, rescue.describe(), "the part was not among those that were copied"))
                : Optional.empty();
    }

    private static HistoryLine line(Instant now, String what, String verified) {
        return new HistoryLine(now.truncatedTo(ChronoUnit.SECONDS).toString(), what, verified);
    }
}
