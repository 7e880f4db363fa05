package io.shardwright.replacement;

import static io.shardwright.crds.ReplacementPhase.CatchingUp;
import static io.shardwright.crds.ReplacementPhase.InService;
import static io.shardwright.crds.ReplacementPhase.Lost;
import static io.shardwright.crds.ReplacementPhase.RestoringSchema;
import static io.shardwright.crds.ReplacementPhase.Starting;

import io.shardwright.crds.ReplacementPhase;
import io.shardwright.holdings.Coverage;
import io.shardwright.holdings.HostContents;
import io.shardwright.holdings.Registration;
import io.shardwright.holdings.Registration.RegisteredReplica;
import io.shardwright.plan.HoldReason;
import io.shardwright.replacement.ReplacementObserved.Answer;
import io.shardwright.replacement.ReplacementObserved.PodView;
import io.shardwright.topology.Host;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Set;

/** Decides whether a server that is up and outside the Services may serve, and what it needs until it may. */
final class Admission {
    /** How long one that is behind waits for a better one when no host of its shard serves. */
    private static final Duration ALONE = Duration.ofSeconds(30);

    /** Of one that lacks parts. */
    static final String BEHIND = "Behind";

    private static final String SCHEMA = "Schema";

    /** Longer than parts count as young. */
    private static final Duration STRICT = Duration.ofSeconds(10);

    private final ReplacementIntent intent;
    private final ReplacementObserved observed;
    private final Peers peers;
    private final Remains remains;
    private final Restoration restoration;
    private final Instant now;
    private final Set<ReplacementRule> rules;

    Admission(
            ReplacementIntent intent,
            ReplacementObserved observed,
            Peers peers,
            Remains remains,
            Restoration restoration,
            Instant now,
            Set<ReplacementRule> rules) {
        this.intent = intent;
        this.observed = observed;
        this.peers = peers;
        this.remains = remains;
        this.restoration = restoration;
        this.now = now;
        this.rules = rules;
    }

    Verdict judge(Host host, PodView pod, HostContents contents) {
        if (observed.elsewhere().orElse(null) instanceof Answer.Silent(var message)) {
            return Verdict.of(
                    host,
                    phaseUntilAsked(host),
                    "PeersAway",
                    "other shards serve, and none says what tables there are: " + message);
        }
        var reference = restoration.reference(host);
        if (contents.isEmpty() && reference.isEmpty()) {
            return emptyAmongEmpty(host, pod);
        }
        var missing = reference.without(contents, intent.dialect());
        return restoration.withRefused(host, contents, missing, judge(host, pod, contents, missing));
    }

    private Verdict judge(Host host, PodView pod, HostContents contents, Reference missing) {
        boolean isIncomplete = !restoration.barring(host, missing).lacksNothing();
        if (missing.hasReplicated() || contents.isEmpty() && isIncomplete) {
            return withoutTables(host, contents, missing);
        }
        boolean isRebuilt = isRebuilt(host);
        if (!isIncomplete
                || !isRebuilt && !isBegun(host) && observed.elsewhere().isEmpty()) {
            return caughtUp(host, pod, contents, isRebuilt);
        }
        var verdict = Verdict.of(host, isRebuilt ? RestoringSchema : Starting, SCHEMA, missing.told());
        return verdict.with(isRebuilt ? restoration.restore(host, missing, List.of()) : begin(host, missing));
    }

    private ReplacementPhase phaseUntilAsked(Host host) {
        return observed.before(host)
                .phase()
                .filter(ReplacementPhase::isIncomplete)
                .orElse(Starting);
    }

    /** Its tables are being made, of a shard without rows: views may lack when all others stand. */
    private boolean isBegun(Host host) {
        return observed.before(host).is(Starting)
                && observed.before(host).reason().equals(SCHEMA);
    }

    /** Tables are made once the status says so: whoever comes after a crash knows that views may lack. */
    private List<ReplacementAction> begin(Host host, Reference missing) {
        return restoration.restore(host, missing, List.of()).stream()
                .filter(action -> isBegun(host) || !(action instanceof ReplacementAction.RestoreTable))
                .toList();
    }

    /** Nobody to compare with: new, unless the coordination knows better. */
    private Verdict emptyAmongEmpty(Host host, PodView pod) {
        return switch (peers.registration(host)) {
            case Registration.Known(var replicas, var ofPeers)
            when replicas.isEmpty() && ofPeers == 0 -> admit(host, pod);
            case Registration.Known(var replicas, var ofPeers)
            when replicas.isEmpty() ->
                Verdict.of(
                        host, Starting, "PeersAway", "ZooKeeper knows replicas of its peers, which do not answer yet");
            case Registration.Known(var replicas, var ofPeers) -> emptied(host, replicas);
            case Registration.Unknown(var message, var _) ->
                Verdict.of(
                        host, Starting, "CoordinationUnknown", "what ZooKeeper knows of it is not known: " + message);
            case null -> Verdict.of(host, Starting, "CoordinationUnknown", "ZooKeeper was not asked yet");
        };
    }

    /** There is no statement to make its tables with: with the loss accepted, its places are given up. */
    private Verdict emptied(Host host, List<RegisteredReplica> replicas) {
        return peers.lackOfCopies(host)
                .or(() -> peers.activeElsewhere(replicas))
                .map(obstacle -> obstacle.verdict(host, Lost, "it is empty, and ZooKeeper knows tables of it"))
                .orElseGet(() -> {
                    var verdict = Verdict.of(host, RestoringSchema, SCHEMA, "its old places in ZooKeeper are given up");
                    return isAnnounced(host)
                            ? verdict.with(remains.forget(host, replicas))
                            : verdict.noting("forget the replicas of " + host.name(), peers.whatIsVerified(host));
                });
    }

    /**
     * NEVER_READ_FROM_HALF: tables that have rows elsewhere are made only once nobody reads from the host. A host that joins a
     * cluster whose tables are still empty needs no such care.
     */
    private Verdict withoutTables(Host host, HostContents contents, Reference missing) {
        if (!(peers.registration(host) instanceof Registration.Known known)) {
            return peers.lackOfCopies(host).orElseThrow().verdict(host, phaseUntilAsked(host), "");
        }
        var registered = peers.missing(host, known);
        if (registered.isEmpty() && !missing.hasRows() && !observed.before(host).isIncomplete()) {
            return Verdict.of(host, Starting, SCHEMA, missing.told()).with(begin(host, missing));
        }
        var own = ownPlaces(host, contents, registered);
        var obstacle = peers.obstacle(host, own);
        if (obstacle.isPresent()) {
            boolean isLost = obstacle.get()
                    .hold()
                    .filter(HoldReason.LastGoodCopy::equals)
                    .isPresent();
            return obstacle.get().verdict(host, isLost ? Lost : RestoringSchema, missing.told());
        }
        var verdict = Verdict.of(host, RestoringSchema, SCHEMA, missing.told());
        if (isAnnounced(host)) {
            return verdict.with(restoration.restore(host, missing, own));
        }
        return registered.isEmpty()
                ? verdict
                : verdict.noting(
                        "make the tables of " + host.name() + " anew, on an empty volume", peers.whatIsVerified(host));
    }

    /** Its volume was not replaced: its server makes replicas of the names that stand. */
    private static List<RegisteredReplica> ownPlaces(
            Host host, HostContents contents, List<RegisteredReplica> registered) {
        var name = contents.replicaNameOr(host);
        return registered.stream()
                .filter(replica -> name.equals(replica.name()))
                .toList();
    }

    /** The status says that its tables are being made: nothing stood in the way then, and nobody is sent to it. */
    private boolean isAnnounced(Host host) {
        var before = observed.before(host);
        return !rules.contains(ReplacementRule.TOLD_BEFORE_DONE)
                || before.is(RestoringSchema) && before.reason().equals(SCHEMA);
    }

    /** CAUGHT_UP_BEFORE_SERVING. */
    private Verdict caughtUp(Host host, PodView pod, HostContents contents, boolean isRebuilt) {
        if (!rules.contains(ReplacementRule.CAUGHT_UP_BEFORE_SERVING)) {
            return admit(host, pod);
        }
        var others =
                intent.hosts().stream().filter(other -> !other.equals(host)).toList();
        boolean someoneServes = others.stream().anyMatch(this::serves);
        if (others.stream().anyMatch(other -> mayHaveMore(other, isRebuilt, someoneServes))) {
            return Verdict.of(
                    host,
                    isRebuilt ? CatchingUp : Starting,
                    "PeersAway",
                    "a peer that it is to be compared with does not answer");
        }
        var compared = others.stream()
                .filter(other -> isRebuilt || !someoneServes || serves(other))
                .flatMap(other -> observed.contents(other).stream())
                .toList();
        var behind = Coverage.behind(contents, compared, !hasHadTime(host, pod, isRebuilt));
        if (behind.isEmpty()) {
            return admit(host, pod);
        }
        if (!isRebuilt && !someoneServes && pod.since().plus(ALONE).isBefore(now) && isBest(host)) {
            return admit(host, pod);
        }
        long total =
                compared.stream().mapToLong(HostContents::replicatedBytes).max().orElse(0);
        return Verdict.of(host, isRebuilt ? CatchingUp : Starting, BEHIND, behind.get())
                .at(contents.replicatedBytes(), total);
    }

    /** Pods are seen later than what servers say: one that has nothing any more is no measure. */
    private boolean serves(Host other) {
        return observed.isInService(other)
                && observed.contents(other).filter(HostContents::isEmpty).isEmpty();
    }

    /** Of those that are up and were not rebuilt, the one that lacks least. */
    private boolean isBest(Host host) {
        var said = intent.hosts().stream()
                .filter(other -> observed.contents(other).isPresent())
                .toList();
        var all = said.stream()
                .map(other -> observed.contents(other).orElseThrow())
                .toList();
        return said.stream()
                .filter(other -> other.equals(host) || !isRebuilt(other))
                .min(Comparator.<Host>comparingLong(other ->
                                Coverage.lacking(observed.contents(other).orElseThrow(), all))
                        .thenComparing(Comparator.naturalOrder()))
                .filter(host::equals)
                .isPresent();
    }

    /** What was lost and is whole again was not touched. */
    private boolean isRebuilt(Host host) {
        return observed.before(host).isIncomplete() && !observed.before(host).is(Lost);
    }

    /**
     * One that is in the Services serves, though it does not answer. Whoever was rebuilt waits for each of those, and for any
     * at all when none does.
     */
    private boolean mayHaveMore(Host other, boolean isRebuilt, boolean someoneServes) {
        var pod = observed.pods().get(other);
        boolean isReady = pod != null && pod.ready() || observed.before(other).is(InService);
        return observed.contents(other).isEmpty()
                && !hasNothing(other)
                && (someoneServes ? isRebuilt && isReady : isRebuilt || isReady);
    }

    /** Its volume is gone, or new. */
    private boolean hasNothing(Host other) {
        return isRebuilt(other)
                || observed.volumes().get(other) instanceof ReplacementObserved.Volume.Claimed claimed
                        && claimed.lost();
    }

    /** Where rows come all the time, a peer always has a part that is not here yet; what was there before must be here. */
    private boolean hasHadTime(Host host, PodView pod, boolean isRebuilt) {
        var before = observed.before(host);
        var since = !isRebuilt ? pod.since() : before.is(CatchingUp) ? before.since() : now;
        return since.plus(STRICT).isBefore(now);
    }

    private Verdict admit(Host host, PodView pod) {
        return remains.asItIsLetIn(host, isRebuilt(host))
                .with(new ReplacementAction.Admit(host, pod.uid(), pod.container()));
    }
}
