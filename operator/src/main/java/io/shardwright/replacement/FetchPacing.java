package io.shardwright.replacement;

import static io.shardwright.crds.ReplacementPhase.CatchingUp;
import static io.shardwright.crds.ReplacementPhase.InService;
import static io.shardwright.crds.ReplacementPhase.RestoringSchema;

import io.shardwright.holdings.HostContents;
import io.shardwright.plan.Amounts;
import io.shardwright.topology.Host;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Keeps a host that is made anew to a limit, by its replication queues, which any server can stop.
 *
 * <p>A host that has fetched less than it may begins what its queues hold: for the moment between one statement and the next, in
 * which a server of 18.16 begins up to seven parts, since whole parts come of it; all the time only if that is not enough. One
 * that has fetched more begins nothing. What it does not use while nothing comes is not saved up.
 *
 * <p>Nobody else would start a queue again. So the limit stands in the status before a queue is first stopped, and goes from there
 * only after all were started; and a host serves only then. Until then every pass in which it answers stops or starts them, and
 * a server that starts anew has forgotten it all. Queues that a move of a partition has stopped (ADR 10) may be started here too
 * early: then the drop of the partition is carried out on a host that nobody reads, and which serves only with what its peers have.
 */
final class FetchPacing {
    /** It has fetched more than it may. */
    private static final String THROTTLED = "Throttled";

    private static final String RESUMING = "Resuming";

    private static final Set<String> OF_ONE_PACE = Set.of(Admission.BEHIND, THROTTLED, RESUMING);

    /** What was allowed in so long came not to be fetched: moments would not do. No more is saved up. */
    private static final Duration FAR_BEHIND = Duration.ofSeconds(2);

    private static final Duration SOON = Duration.ofMillis(300);

    /** 18.16 looks at what it could not do, or was not given yet, ten to eleven seconds later. */
    private static final Duration BEGINS_WITHIN = Duration.ofSeconds(15);

    /** The queues need no look of their own. */
    private static final Duration AS_EVER = Duration.ofDays(1);

    private final ReplacementIntent intent;
    private final ReplacementObserved observed;
    private final Instant now;
    private final Set<ReplacementRule> rules;

    FetchPacing(ReplacementIntent intent, ReplacementObserved observed, Instant now, Set<ReplacementRule> rules) {
        this.intent = intent;
        this.observed = observed;
        this.now = now;
        this.rules = rules;
    }

    /**
     * What is done about the queues of a host.
     *
     * @param limit as it is to stand in the status
     * @param isOver whether it goes from there when the queues were started
     * @param nextLook after which there is something to be done
     */
    record Pace(FetchLimit limit, boolean isOver, Duration nextLook) {}

    /** Whether a host is at the same as before, as far as its reasons tell: what it lacks is young or not by when that began. */
    static boolean isTheSame(String reason, String before) {
        return reason.equals(before) || OF_ONE_PACE.contains(reason) && OF_ONE_PACE.contains(before);
    }

    /** What was decided of a host, with what its queues need. */
    Verdict pace(Verdict verdict) {
        var host = verdict.host();
        var told = observed.before(host).limit();
        var had = observed.isUp(host)
                ? observed.contents(host).map(HostContents::replicatedBytes)
                : Optional.<Long>empty();
        if (had.isEmpty()) {
            return told.map(limit -> verdict.paced(new Pace(limit, false, AS_EVER)))
                    .orElse(verdict);
        }
        boolean isLimited = verdict.phase() == RestoringSchema || verdict.phase() == CatchingUp;
        return intent.bytesPerSecond()
                .filter(any -> isLimited)
                .map(bytesPerSecond -> limited(verdict, limit(verdict, bytesPerSecond, had.get()), had.get()))
                .or(() -> told.map(limit -> unlimited(verdict, limit)))
                .orElse(verdict);
    }

    /** It counts from when the tables were made, or from when it was set. */
    private FetchLimit limit(Verdict verdict, long bytesPerSecond, long had) {
        var before = observed.before(verdict.host());
        boolean isBeginning = verdict.phase() == CatchingUp && before.is(RestoringSchema);
        return before.limit()
                .filter(limit -> limit.bytesPerSecond() == bytesPerSecond && limit.bytes() <= had)
                .map(limit -> isBeginning ? limit.from(moment()) : limit)
                .orElseGet(() -> new FetchLimit(bytesPerSecond, moment(), had));
    }

    private Instant moment() {
        return now.truncatedTo(ChronoUnit.MILLIS);
    }

    private Verdict limited(Verdict verdict, FetchLimit limit, long had) {
        boolean isTold = observed.before(verdict.host()).limit().isPresent();
        if (verdict.phase() != CatchingUp) {
            return (isTold ? with(verdict, new ReplacementAction.StartQueues(verdict.host())) : verdict)
                    .paced(new Pace(limit, false, AS_EVER));
        }
        if (!isTold) {
            return verdict.paced(new Pace(limit, false, Duration.ZERO));
        }
        return limit.credit(had, now) < 0 ? paused(verdict, limit, had) : begin(verdict, limit, had);
    }

    private Verdict begin(Verdict verdict, FetchLimit limit, long had) {
        boolean hasBegun = had > limit.bytes();
        if (!hasBegun && isYoung(verdict.host())) {
            return forAMoment(verdict, limit.from(moment()));
        }
        if (hasBegun && limit.credit(had, now) < limit.worth(FAR_BEHIND)) {
            return forAMoment(verdict, limit);
        }
        return with(verdict, new ReplacementAction.StartQueues(verdict.host()))
                .paced(new Pace(
                        hasBegun ? new FetchLimit(limit.bytesPerSecond(), moment().minus(FAR_BEHIND), had) : limit,
                        false,
                        hasBegun ? SOON : AS_EVER));
    }

    private Verdict forAMoment(Verdict verdict, FetchLimit limit) {
        return with(verdict, new ReplacementAction.StartQueues(verdict.host()), stop(verdict.host()))
                .paced(new Pace(limit, false, SOON));
    }

    /** It may not have begun by itself yet. */
    private boolean isYoung(Host host) {
        var before = observed.before(host);
        return !before.is(CatchingUp) || before.since().plus(BEGINS_WITHIN).isAfter(now);
    }

    private Verdict paused(Verdict verdict, FetchLimit limit, long had) {
        var pause = limit.until(had, now);
        return with(verdict, stop(verdict.host()))
                .because(
                        THROTTLED,
                        verdict.message() + "; it fetches at most " + Amounts.bytes(limit.bytesPerSecond())
                                + " per second and begins nothing for "
                                + Amounts.duration(pause.plusMillis(999)))
                .paced(new Pace(limit, false, pause));
    }

    /** QUEUES_RUN_BEFORE_SERVING. */
    private Verdict unlimited(Verdict verdict, FetchLimit told) {
        if (!rules.contains(ReplacementRule.QUEUES_RUN_BEFORE_SERVING)) {
            return verdict;
        }
        var pace = new Pace(told, true, SOON);
        return verdict.phase() == InService
                ? verdict.in(observed.before(verdict.host()).phase().orElse(CatchingUp))
                        .because(RESUMING, "its replication queues are started before it serves")
                        .with(new ReplacementAction.StartQueues(verdict.host()))
                        .paced(pace)
                : with(verdict, new ReplacementAction.StartQueues(verdict.host()))
                        .paced(pace);
    }

    private ReplacementAction stop(Host host) {
        var pod = observed.pods().get(host);
        return new ReplacementAction.StopQueues(host, pod.uid(), pod.version());
    }

    private static Verdict with(Verdict verdict, ReplacementAction... first) {
        return verdict.with(
                Stream.concat(Stream.of(first), verdict.actions().stream()).toList());
    }
}
