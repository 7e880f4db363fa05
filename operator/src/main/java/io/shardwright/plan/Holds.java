package io.shardwright.plan;

import io.shardwright.crds.HoldStatus;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;

/** Tells holds to users. */
public final class Holds {
    private Holds() {}

    /** The holds as status lists them; one that was listed before keeps the time since when it waits. */
    public static List<HoldStatus> project(List<HoldStatus> previous, List<Hold> holds, Instant now) {
        var before = previous == null ? List.<HoldStatus>of() : previous;
        return holds.stream().map(hold -> project(before, hold, now)).toList();
    }

    private static HoldStatus project(List<HoldStatus> previous, Hold hold, Instant now) {
        var since = previous.stream()
                .filter(old -> hold.reason().name().equals(old.reason())
                        && hold.subject().equals(old.subject()))
                .map(HoldStatus::since)
                .findFirst()
                .orElseGet(() -> now.truncatedTo(ChronoUnit.SECONDS).toString());
        return new HoldStatus(hold.reason().name(), hold.subject(), hold.message(), since);
    }
}
