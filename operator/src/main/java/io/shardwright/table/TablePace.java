package io.shardwright.table;

import io.fabric8.kubernetes.api.model.Condition;
import io.shardwright.crds.TableStatus;
import io.shardwright.plan.Conditions;
import io.shardwright.plan.Outcome;
import io.shardwright.table.TableObserved.HostState;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/** When to look at the servers again: they cannot be watched. */
final class TablePace {
    /** What was just done is looked at, and the next step taken. */
    static final Duration AT_ONCE = Duration.ofMillis(50);

    /** A server that is expected to come, or to know its cluster, in a moment. */
    private static final Duration SOON = Duration.ofSeconds(1);

    /** Nothing is expected; what goes wrong by itself is to be seen all the same. */
    private static final Duration SOMETIMES = Duration.ofSeconds(30);

    private static final Duration LONGEST_AFTER_FAILURE = Duration.ofSeconds(30);
    private static final Duration LONGEST_AFTER_REFUSAL = Duration.ofMinutes(5);

    private TablePace() {}

    static Duration nextLook(
            TableStatus previous, TableObserved observed, List<Outcome<TableAction>> outcomes, Instant now) {
        if (!Outcome.allDone(outcomes)) {
            return afterFailure(previous, outcomes, now);
        }
        if (!outcomes.isEmpty()) {
            return AT_ONCE;
        }
        return isSomeHostExpected(observed) ? SOON : SOMETIMES;
    }

    private static boolean isSomeHostExpected(TableObserved observed) {
        return observed.hosts().values().stream().anyMatch(state -> switch (state) {
            case HostState.Unknown unknown -> true;
            case HostState.BeingRestored restored -> true;
            case HostState.Seen seen -> !seen.knowsCluster();
        });
    }

    /** As long again as it has failed already, so that the pauses double; the status remembers since when. */
    private static Duration afterFailure(TableStatus previous, List<Outcome<TableAction>> outcomes, Instant now) {
        boolean isRefused = Outcome.failed(outcomes).anyMatch(failed -> !failed.retryable());
        var longest = isRefused ? LONGEST_AFTER_REFUSAL : LONGEST_AFTER_FAILURE;
        var failing = Stream.ofNullable(previous)
                .map(TableStatus::conditions)
                .filter(Objects::nonNull)
                .flatMap(List::stream)
                .filter(condition ->
                        Conditions.DEGRADED.equals(condition.getType()) && "True".equals(condition.getStatus()))
                .map(Condition::getLastTransitionTime)
                .map(since -> Duration.between(Instant.parse(since), now))
                .findFirst()
                .orElse(SOON);
        return Stream.of(failing, longest)
                .min(Duration::compareTo)
                .filter(pause -> pause.compareTo(SOON) > 0)
                .orElse(SOON);
    }
}
