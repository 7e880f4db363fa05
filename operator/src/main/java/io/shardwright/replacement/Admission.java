package io.shardwright.replacement;

import static io.shardwright.crds.ReplacementPhase.CatchingUp;
import static io.shardwright.crds.ReplacementPhase.InService;
import static io.shardwright.crds.ReplacementPhase.Lost;
import static io.shardwright.crds.ReplacementPhase.RestoringSchema;
import static io.shardwright.crds.ReplacementPhase.Starting;

import io.shardwright.holdings.Coverage;
import io.shardwright.holdings.HostContents;
import io.shardwright.holdings.Registration;
import io.shardwright.holdings.Registration.RegisteredReplica;
import io.shardwright.plan.HoldReason;
import io.shardwright.replacement.ReplacementObserved.PodView;
import io.shardwright.topology.Host;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Decides whether a server that is up and outside the Services may serve, and what it needs until it may. */
final class Admission {
    /** How long one that is behind waits for a better one when no host of its shard serves. */
    private static final Duration ALONE = Duration.ofSeconds(30);

    private static final String SCHEMA = "Schema";

    /** Longer than parts count as young. */
    private static final Duration STRICT = Duration.ofSeconds(10);

    private final ReplacementIntent intent;
    private final ReplacementObserved observed;
    private final Peers peers;
    private final Remains remains;
    private final Instant now;
    private final Set<ReplacementRule> rules;

    Admission(
            ReplacementIntent intent,
            ReplacementObserved observed,
            Peers peers,
            Remains remains,
            Instant now,
            Set<ReplacementRule> rules) {
        this.intent = intent;
        this.observed = observed;
        this.peers = peers;
        this.remains = remains;
        this.now = now;
        this.rules = rules;
    }

    Verdict judge(Host host, PodView pod, HostContents contents) {
        var reference = reference(host);
        var missing = reference.without(contents, intent.dialect());
        if (contents.isEmpty() && reference.isEmpty()) {
            return emptyAmongEmpty(host, pod);
        }
        if (missing.hasReplicated() || contents.isEmpty() && !missing.lacksNothing()) {
            return withoutTables(host, contents, missing);
        }
        boolean isRebuilt = isRebuilt(host);
        return isRebuilt && !missing.lacksNothing()
                ? Verdict.of(host, RestoringSchema, SCHEMA, lacks(missing)).with(restore(host, missing, List.of()))
                : caughtUp(host, pod, contents, isRebuilt);
    }

    /** What serves, or may, counts before what is itself being rebuilt; another shard's schema where this one has none. */
    private Reference reference(Host host) {
        var own = intent.hosts().stream()
                .filter(other -> !other.equals(host))
                .sorted((one, other) -> Boolean.compare(observed.isInService(other), observed.isInService(one)))
                .flatMap(other -> observed.contents(other).stream())
                .toList();
        var reference = Reference.of(own);
        return reference.isEmpty()
                ? observed.elsewhere()
                        .map(contents -> Reference.of(List.of(contents)))
                        .orElse(reference)
                : reference;
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
            case Registration.Unknown(var message) ->
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
            return peers.lackOfCopies(host)
                    .orElseThrow()
                    .verdict(
                            host,
                            observed.before(host)
                                    .phase()
                                    .filter(phase -> phase.isIncomplete())
                                    .orElse(Starting),
                            "");
        }
        var registered = peers.missing(host, known);
        if (registered.isEmpty() && !missing.hasRows() && !observed.before(host).isIncomplete()) {
            return Verdict.of(host, Starting, SCHEMA, lacks(missing)).with(restore(host, missing, registered));
        }
        var own = ownPlaces(host, contents, registered);
        var obstacle = peers.obstacle(host, own);
        if (obstacle.isPresent()) {
            boolean isLost = obstacle.get()
                    .hold()
                    .filter(HoldReason.LastGoodCopy::equals)
                    .isPresent();
            return obstacle.get().verdict(host, isLost ? Lost : RestoringSchema, lacks(missing));
        }
        var verdict = Verdict.of(host, RestoringSchema, SCHEMA, lacks(missing));
        if (isAnnounced(host)) {
            return verdict.with(restore(host, missing, own));
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

    /** Databases first; then all else at once, and what fails for want of another is tried again with the next pass. */
    private List<ReplacementAction> restore(Host host, Reference missing, List<RegisteredReplica> ownPlaces) {
        var actions = new ArrayList<ReplacementAction>();
        missing.databases()
                .forEach((name, engine) -> actions.add(new ReplacementAction.CreateDatabase(host, name, engine)));
        missing.functions()
                .forEach((name, sql) -> actions.add(
                        new ReplacementAction.CreateFunction(host, name, RestoreSql.create(sql, intent.dialect()))));
        if (!actions.isEmpty()) {
            return actions;
        }
        boolean isFirstRound =
                missing.tables().values().stream().anyMatch(table -> !RestoreSql.isConsumer(table.engine()));
        var places = ownPlaces.stream().collect(Collectors.toMap(RegisteredReplica::path, Function.identity()));
        missing.tables().forEach((id, table) -> {
            if (isFirstRound && RestoreSql.isConsumer(table.engine())) {
                return;
            }
            var place = table.replica().map(replica -> places.get(replica.path()));
            if (place.isPresent() && intent.dialect().hasDropReplica()) {
                actions.add(remains.forget(host, place.get()));
            } else {
                actions.add(new ReplacementAction.RestoreTable(
                        host,
                        id,
                        place.isPresent()
                                ? RestoreSql.attach(table.create())
                                : RestoreSql.create(table.create(), intent.dialect())));
            }
        });
        return actions;
    }

    /** CAUGHT_UP_BEFORE_SERVING. */
    private Verdict caughtUp(Host host, PodView pod, HostContents contents, boolean isRebuilt) {
        if (!rules.contains(ReplacementRule.CAUGHT_UP_BEFORE_SERVING)) {
            return admit(host, pod);
        }
        var others =
                intent.hosts().stream().filter(other -> !other.equals(host)).toList();
        boolean someoneServes = others.stream().anyMatch(observed::isInService);
        if (others.stream().anyMatch(other -> mayHaveMore(other, isRebuilt, someoneServes))) {
            return Verdict.of(
                    host,
                    isRebuilt ? CatchingUp : Starting,
                    "PeersAway",
                    "a peer that it is to be compared with does not answer");
        }
        var compared = others.stream()
                .filter(other -> isRebuilt || !someoneServes || observed.isInService(other))
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
        return Verdict.of(host, isRebuilt ? CatchingUp : Starting, "Behind", behind.get())
                .at(contents.replicatedBytes(), total);
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

    private static String lacks(Reference missing) {
        var first = Optional.of(missing.tables())
                .filter(tables -> !tables.isEmpty())
                .map(tables -> "table " + tables.firstKey())
                .or(() -> missing.databases().keySet().stream().findFirst().map(name -> "database " + name))
                .orElse("functions");
        int count = missing.databases().size()
                + missing.tables().size()
                + missing.functions().size();
        return "it lacks " + first + (count > 1 ? " and " + (count - 1) + " more" : "") + " that its peers have";
    }
}
