package io.shardwright.replacement;

import static io.shardwright.crds.ReplacementPhase.InService;

import io.shardwright.crds.ReplacementPhase;
import io.shardwright.holdings.Coverage;
import io.shardwright.holdings.HostContents;
import io.shardwright.holdings.Registration;
import io.shardwright.holdings.Registration.RegisteredReplica;
import io.shardwright.topology.Host;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What ZooKeeper holds of volumes that hosts had before. Every volume makes replicas of a name of its own, so nothing waits for
 * these to go. They tell what was lost until others are found to have it; then they go, since the tables' logs grow for them.
 */
final class Remains {
    static final String REMAINS = "Remains";
    static final String FORGETTING = "Forgetting";

    /** It came back with what it had, and is looked at once more. */
    private static final String LET_IN = "LetIn";

    /** It is not known whether there are any. */
    static final String UNKNOWN = "RemainsUnknown";

    private final ReplacementIntent intent;
    private final ReplacementObserved observed;
    private final Peers peers;
    private final Set<ReplacementRule> rules;

    Remains(ReplacementIntent intent, ReplacementObserved observed, Peers peers, Set<ReplacementRule> rules) {
        this.intent = intent;
        this.observed = observed;
        this.peers = peers;
        this.rules = rules;
    }

    /** Where a host that serves stands. After it was let in it is looked at once more. */
    Verdict judge(Host host) {
        if (observed.before(host).isSettled()) {
            return Verdict.settled(host);
        }
        return switch (peers.registration(host)) {
            case Registration.Known known ->
                observed.contents(host)
                        .map(contents -> judge(host, remains(host, contents, known)))
                        .orElseGet(() -> unknown(host, "its server was not asked yet"));
            case Registration.Unknown(var message, var _) -> unknown(host, message);
            case null -> unknown(host, "it was not asked yet");
        };
    }

    /** Of its present name, tables may have been made or dropped between one answer and the other. */
    private List<RegisteredReplica> remains(Host host, HostContents contents, Registration.Known known) {
        return peers.missing(host, known).stream()
                .filter(replica -> !contents.replicaNameOr(host).equals(replica.name()))
                .toList();
    }

    /** Where a host stands that is let in now. */
    Verdict asItIsLetIn(Host host, boolean isRebuilt) {
        boolean hasNone = peers.registration(host) instanceof Registration.Known known
                && observed.contents(host)
                        .filter(contents -> remains(host, contents, known).isEmpty())
                        .isPresent();
        return hasNone
                ? Verdict.settled(host)
                : Verdict.of(
                        host,
                        InService,
                        isRebuilt ? REMAINS : LET_IN,
                        "what ZooKeeper has of volumes that it had before is looked up");
    }

    private Verdict unknown(Host host, String message) {
        return Verdict.of(
                host,
                InService,
                observed.before(host).isIncomplete() || observed.before(host).hasRemains() ? REMAINS : UNKNOWN,
                "what ZooKeeper has of volumes that it had before is not known: " + message);
    }

    private Verdict judge(Host host, List<RegisteredReplica> remains) {
        if (remains.isEmpty()) {
            return Verdict.settled(host);
        }
        var message = "ZooKeeper has replicas of volumes that it had before: "
                + remains.stream()
                        .map(replica -> replica.name().value())
                        .distinct()
                        .sorted()
                        .collect(Collectors.joining(", "));
        return peers.lackOfCopies(host)
                .or(() -> peers.activeElsewhere(remains))
                .map(obstacle -> obstacle.verdict(host, InService, REMAINS, message))
                .or(() -> whileOthersAreMade(host, message))
                .orElseGet(() -> isAnnounced(host)
                        ? Verdict.of(host, InService, FORGETTING, message).with(forget(host, remains))
                        : Verdict.of(host, InService, FORGETTING, message)
                                .noting(
                                        "forget the replicas of volumes that " + host.name() + " had before",
                                        peers.whatIsVerified(host)));
    }

    /** TOLD_BEFORE_DONE. */
    private boolean isAnnounced(Host host) {
        return observed.before(host).reason().equals(FORGETTING) || !rules.contains(ReplacementRule.TOLD_BEFORE_DONE);
    }

    /** A replica that is made begins as a copy of another's lists, of whichever one. */
    private Optional<Verdict> whileOthersAreMade(Host host, String message) {
        return intent.hosts().stream().anyMatch(other -> observed.before(other).is(ReplacementPhase.RestoringSchema))
                ? Optional.of(
                        Verdict.of(host, InService, REMAINS, message + "; they go when all hosts have their tables"))
                : Optional.empty();
    }

    /** One after another: what was accepted as lost may be inserted again, then the replica goes. */
    List<ReplacementAction> forget(Host host, List<RegisteredReplica> replicas) {
        var actions = new ArrayList<ReplacementAction>();
        for (var replica : replicas) {
            var lost = Coverage.uncovered(replica, peers.contentsOfKeepers(host));
            if (!lost.isEmpty()) {
                actions.add(new ReplacementAction.ForgetBlocks(
                        host, replica.path(), lost, intent.cluster().coordination()));
            }
            actions.add(forget(host, replica));
        }
        return actions;
    }

    /** By a server's word where it knows how, and any serves. */
    ReplacementAction forget(Host host, RegisteredReplica replica) {
        return Optional.of(intent.dialect())
                .filter(dialect -> dialect.hasDropReplica())
                .flatMap(dialect -> peers.anyThatServes(host))
                .<ReplacementAction>map(via -> new ReplacementAction.DropReplica(host, replica, via, intent.dialect()))
                .orElseGet(() -> new ReplacementAction.ForgetReplica(
                        host, replica, intent.cluster().coordination()));
    }
}
