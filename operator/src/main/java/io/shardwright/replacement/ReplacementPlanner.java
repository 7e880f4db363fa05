package io.shardwright.replacement;

import static io.shardwright.crds.ReplacementPhase.InService;
import static io.shardwright.crds.ReplacementPhase.Lost;
import static io.shardwright.crds.ReplacementPhase.Replacing;
import static io.shardwright.crds.ReplacementPhase.RestoringSchema;
import static io.shardwright.crds.ReplacementPhase.Starting;
import static io.shardwright.crds.ReplacementPhase.Unknown;

import io.shardwright.crds.ReplacementPhase;
import io.shardwright.plan.HoldReason;
import io.shardwright.plan.Plan;
import io.shardwright.replacement.ReplacementObserved.Answer;
import io.shardwright.replacement.ReplacementObserved.PodView;
import io.shardwright.topology.Host;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Decides which hosts serve, and how one that lost its data gets it back.
 *
 * <p>A pod starts outside the Services and is let in, by its readiness gate, once its server has what its peers have. One that
 * lacks tables is taken for a new or a lost replica: nobody may read from it until it has them and what is in them. A replica
 * whose volume is gone for good, or is to go, loses its claim and its pod, and becomes such a one.
 *
 * <p>Every host is judged anew on every pass. What cannot be undone is announced in the status first, and done on a later pass
 * if it still holds then; so a crash in between loses nothing but time. Tables are not made in the pass in which another host is
 * let in: it may read from them, which nobody asked it while it did not serve.
 */
final class ReplacementPlanner {
    private final ReplacementIntent intent;
    private final ReplacementObserved observed;
    private final Peers peers;
    private final Losses losses;
    private final OwnRows ownRows;
    private final Remains remains;
    private final Restoration restoration;
    private final Admission admission;
    private final FetchPacing pacing;
    private final Set<ReplacementRule> rules;

    private ReplacementPlanner(
            ReplacementIntent intent, ReplacementObserved observed, Instant now, Set<ReplacementRule> rules) {
        this.intent = intent;
        this.observed = observed;
        this.rules = rules;
        this.losses = new Losses(intent, observed, now);
        this.peers = new Peers(intent, observed, losses, rules);
        this.ownRows = new OwnRows(intent, observed, peers, losses, now, rules);
        this.remains = new Remains(intent, observed, peers, rules);
        this.restoration = new Restoration(intent, observed, remains, now);
        this.admission = new Admission(intent, observed, peers, remains, restoration, now, rules);
        this.pacing = new FetchPacing(intent, observed, now, rules);
    }

    /** Where each host of the shard stands. */
    static Map<Host, Verdict> judge(ReplacementIntent intent, ReplacementObserved observed, Instant now) {
        return judge(intent, observed, now, ReplacementRule.ALL);
    }

    /** @param rules those to obey; all but in tests of the tests */
    static Map<Host, Verdict> judge(
            ReplacementIntent intent, ReplacementObserved observed, Instant now, Set<ReplacementRule> rules) {
        var planner = new ReplacementPlanner(intent, observed, now, rules);
        var verdicts = new TreeMap<Host, Verdict>();
        intent.hosts().forEach(host -> verdicts.put(host, planner.pacing.pace(planner.judge(host))));
        if (rules.contains(ReplacementRule.NEVER_READ_FROM_HALF)
                && verdicts.values().stream().anyMatch(verdict -> has(verdict, ReplacementAction.Admit.class))) {
            verdicts.replaceAll((host, verdict) ->
                    verdict.phase() == RestoringSchema && has(verdict, ReplacementAction.RestoreTable.class)
                            ? verdict.with(List.of())
                            : verdict);
        }
        return verdicts;
    }

    private static boolean has(Verdict verdict, Class<? extends ReplacementAction> kind) {
        return verdict.actions().stream().anyMatch(kind::isInstance);
    }

    static Plan<ReplacementAction> plan(Map<Host, Verdict> verdicts) {
        return new Plan<>(
                verdicts.values().stream()
                        .flatMap(verdict -> verdict.actions().stream())
                        .toList(),
                verdicts.values().stream()
                        .flatMap(verdict -> verdict.holds().stream())
                        .toList());
    }

    private Verdict judge(Host host) {
        var loss = losses.of(host);
        if (loss.isPresent()) {
            return lost(host, loss.get());
        }
        var pod = observed.pods().get(host);
        if (pod == null) {
            return absent(host, "its pod does not exist yet");
        }
        if (intent.leaving().contains(host)) {
            return leaving(host, pod);
        }
        if (!observed.isUp(host)) {
            return withoutStaleGate(pod, notAnswering(host, pod));
        }
        if (pod.isInService()) {
            return restoration.ofServing(host, remains.judge(host));
        }
        return withoutStaleGate(
                pod,
                observed.contents(host)
                        .map(contents -> admission.judge(host, pod, contents))
                        .orElseGet(() -> silent(host, "it was not asked yet")));
    }

    /** A container that was started anew may have found another volume: it is looked at before it serves again. */
    private static Verdict withoutStaleGate(PodView pod, Verdict verdict) {
        boolean isStale = pod.gate().isPresent() && !pod.isInService();
        return isStale && verdict.actions().isEmpty()
                ? verdict.with(new ReplacementAction.Fence(
                        verdict.host(), pod.uid(), pod.version(), "its server started anew"))
                : verdict;
    }

    private Verdict notAnswering(Host host, PodView pod) {
        var awaited = losses.awaited(host);
        if (awaited.isPresent()) {
            var wait = awaited.get();
            var verdict = Verdict.of(host, phaseWhileAway(host), wait.reason(), wait.message());
            return wait.hold().map(verdict::held).orElse(verdict);
        }
        if (observed.answers().get(host) instanceof Answer.Silent(var message)) {
            return silent(host, message);
        }
        return absent(
                host,
                pod.crash()
                        .map(crash -> "its server keeps ending by itself; " + crash.words())
                        .orElse(pod.node().isEmpty() ? "its pod is not scheduled yet" : "its server is starting"));
    }

    private Verdict absent(Host host, String message) {
        return Verdict.of(host, phaseWhileAway(host), "Starting", message);
    }

    /** What was lost before the server went away is so still. */
    private ReplacementPhase phaseWhileAway(Host host) {
        return observed.before(host)
                .phase()
                .filter(phase -> phase.isIncomplete() && phase != Lost)
                .orElse(Starting);
    }

    private Verdict silent(Host host, String message) {
        var before = observed.before(host);
        return Verdict.of(host, before.isIncomplete() ? before.phase().orElseThrow() : Unknown, "NoAnswer", message);
    }

    private Verdict leaving(Host host, PodView pod) {
        var verdict = Verdict.of(host, Starting, "Leaving", "it is to leave the cluster");
        if (pod.gate().isEmpty()) {
            return verdict;
        }
        // A shard that leaves as a whole was emptied: nobody needs to serve it.
        return isLast(host) && !intent.leaving().containsAll(intent.hosts())
                ? Verdict.of(host, InService, "Leaving", "it is to leave the cluster, and no other replica serves")
                        .held(HoldReason.LastReplicaInService)
                : verdict.with(
                        new ReplacementAction.Fence(host, pod.uid(), pod.version(), "it is to leave the cluster"));
    }

    /**
     * NEVER_THE_LAST_IN_SERVICE and NEVER_THE_LAST_GOOD_COPY: another replica serves, and whatever this one had is on
     * those that do. NEVER_ROWS_OF_ITS_OWN, ONLY_AFTER_A_WHILE: nor does it have anything else.
     */
    private Verdict lost(Host host, Losses.Loss loss) {
        var pod = observed.pods().get(host);
        boolean serves = observed.isInService(host);
        if (isLast(host) && (serves || !losses.isLossAccepted(host))) {
            return asLastOne(host, loss, pod);
        }
        if (pod != null && pod.gate().isPresent()) {
            return fence(host, loss, pod);
        }
        return peers.obstacle(host, loss.isServerUp() ? List.of() : peers.registered(host))
                .or(() -> ownRows.againstGivingUp(host))
                .map(obstacle -> obstacle.verdict(host, Lost, loss.message()))
                .orElseGet(() -> giveUp(host, loss))
                .asQuiet(ownRows.isQuiet(host));
    }

    private boolean isLast(Host host) {
        return rules.contains(ReplacementRule.NEVER_THE_LAST_IN_SERVICE)
                && peers.keepers(host).isEmpty();
    }

    /** One that serves goes on while it may be the last to have something. */
    private Verdict fence(Host host, Losses.Loss loss, PodView pod) {
        var lack = observed.isInService(host)
                ? peers.lackOfCopies(host).or(() -> ownRows.againstFencing(host))
                : Optional.<Peers.Obstacle>empty();
        return lack.map(obstacle -> obstacle.verdict(host, InService, loss.message()))
                .orElseGet(() -> Verdict.of(host, Lost, loss.reason(), loss.message())
                        .with(new ReplacementAction.Fence(host, pod.uid(), pod.version(), loss.message())));
    }

    /** Nobody else serves: it goes on, or is let in again if it was fenced and is whole. */
    private Verdict asLastOne(Host host, Losses.Loss loss, PodView pod) {
        var message = loss.message() + "; it is not replaced while no other replica of its shard serves";
        if (observed.isInService(host)) {
            return Verdict.of(host, InService, loss.reason(), message).held(HoldReason.LastReplicaInService);
        }
        var readmission =
                pod == null || !observed.isUp(host) || observed.before(host).is(Replacing)
                        ? List.<ReplacementAction>of()
                        : observed.contents(host).stream()
                                .flatMap(contents -> admission.judge(host, pod, contents).actions().stream())
                                .filter(ReplacementAction.Admit.class::isInstance)
                                .toList();
        return Verdict.of(host, readmission.isEmpty() ? Lost : InService, loss.reason(), message)
                .with(readmission)
                .held(HoldReason.LastReplicaInService);
    }

    private Verdict giveUp(Host host, Losses.Loss loss) {
        var verdict = Verdict.of(host, Replacing, loss.reason(), loss.message());
        if (rules.contains(ReplacementRule.TOLD_BEFORE_DONE)
                && !observed.before(host).is(Replacing)) {
            return verdict.noting(
                    "give up the volume of " + host.name() + ": " + loss.message(),
                    peers.whatIsVerified(host) + ownRows.whatIsVerified(host));
        }
        return verdict.with(losses.stepsOfReplacement(host));
    }
}
