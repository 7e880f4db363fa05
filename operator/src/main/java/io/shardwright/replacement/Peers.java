package io.shardwright.replacement;

import io.shardwright.crds.ReplacementPhase;
import io.shardwright.holdings.Coverage;
import io.shardwright.holdings.HostContents;
import io.shardwright.holdings.Registration;
import io.shardwright.holdings.Registration.RegisteredReplica;
import io.shardwright.plan.HoldReason;
import io.shardwright.topology.Host;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What the other hosts of the shard vouch for when one is to lose, or has lost, what it had. */
final class Peers {
    private static final int NAMED = 3;

    private final ReplacementIntent intent;
    private final ReplacementObserved observed;
    private final Losses losses;
    private final Set<ReplacementRule> rules;

    Peers(ReplacementIntent intent, ReplacementObserved observed, Losses losses, Set<ReplacementRule> rules) {
        this.intent = intent;
        this.observed = observed;
        this.losses = losses;
        this.rules = rules;
    }

    /** UNKNOWN_IS_NOT_ABSENT. Null of a host that was not looked up. */
    Registration registration(Host host) {
        var registration = observed.registrations().get(host);
        return registration instanceof Registration.Unknown && !rules.contains(ReplacementRule.UNKNOWN_IS_NOT_ABSENT)
                ? new Registration.Known(List.of(), 0)
                : registration;
    }

    /** Why a replica may not be given up, or made anew, now. */
    record Obstacle(Optional<HoldReason> hold, String reason, String message) {
        Verdict verdict(Host host, ReplacementPhase phase, String why) {
            return verdict(host, phase, reason, why);
        }

        Verdict verdict(Host host, ReplacementPhase phase, String reasonOfPhase, String why) {
            var verdict = Verdict.of(host, phase, reasonOfPhase, (why.isEmpty() ? "" : why + "; ") + message);
            return hold.map(verdict::held).orElse(verdict);
        }
    }

    /**
     * Hosts that serve and will go on serving. Of two that are to be replaced and vouch for each other, one whose volume is being
     * deleted goes first, then the first. A volume is not given up
     * for one that is being deleted itself, but what is lost already is fetched from that one as long as it is there.
     */
    List<Host> keepers(Host host) {
        boolean isGivenUp = losses.of(host).isPresent();
        boolean vouches = observed.isInService(host) && !intent.leaving().contains(host);
        return intent.hosts().stream()
                .filter(other -> !other.equals(host) && observed.isInService(other))
                .filter(other -> !intent.leaving().contains(other))
                .filter(other -> !isGivenUp || !losses.isGoing(other))
                .filter(other -> !vouches || losses.of(other).isEmpty() || goesBefore(host, other))
                .toList();
    }

    private boolean goesBefore(Host host, Host other) {
        return losses.isGoing(host) != losses.isGoing(other) ? losses.isGoing(host) : host.compareTo(other) < 0;
    }

    /** @param mustBeFree places in the coordination of servers that are thought not to run */
    Optional<Obstacle> obstacle(Host host, List<RegisteredReplica> mustBeFree) {
        return lackOfCopies(host)
                .or(() -> activeElsewhere(mustBeFree))
                .or(() -> isListed(host)
                        ? Optional.of(wait("Listed", "until no server reads from it any more"))
                        : Optional.empty());
    }

    /** Whatever it had must be on a replica that serves, unless a user says otherwise. */
    Optional<Obstacle> lackOfCopies(Host host) {
        if (!(registration(host) instanceof Registration.Known known)) {
            return Optional.of(
                    observed.registrations().get(host) instanceof Registration.Unknown unknown
                            ? unknown(unknown)
                            : unknown(new Registration.Unknown("it was not asked yet")));
        }
        var uncovered = Coverage.uncovered(missing(host, known), contentsOfKeepers(host));
        boolean isCovered = uncovered.isEmpty() || !rules.contains(ReplacementRule.NEVER_THE_LAST_GOOD_COPY);
        return isCovered || losses.isLossAccepted(host)
                ? Optional.empty()
                : Optional.of(new Obstacle(
                        Optional.of(HoldReason.LastGoodCopy), "LastGoodCopy", lastGoodCopy(host, uncovered)));
    }

    private static Obstacle unknown(Registration.Unknown registration) {
        return new Obstacle(
                registration.lasts() ? Optional.of(HoldReason.CoordinationTooLarge) : Optional.empty(),
                "CoordinationUnknown",
                "what ZooKeeper knows of it is not known: " + registration.message());
    }

    /** Another server that holds its place, or an earlier one of its own that has not been missed yet. */
    Optional<Obstacle> activeElsewhere(List<RegisteredReplica> mustBeFree) {
        boolean isActive = rules.contains(ReplacementRule.FORGET_ONLY_THE_DEAD)
                && mustBeFree.stream().anyMatch(RegisteredReplica::active);
        return isActive
                ? Optional.of(new Obstacle(
                        Optional.of(HoldReason.ReplicaActiveElsewhere),
                        "ReplicaActiveElsewhere",
                        "a server holds its place in ZooKeeper: one that ended without a word does so for half a minute;"
                                + " if it lasts, it runs where Kubernetes does not see it, and must be stopped there"))
                : Optional.empty();
    }

    /** What is said to be known when there was no obstacle. */
    String whatIsVerified(Host host) {
        if (!(registration(host) instanceof Registration.Known known)) {
            return "";
        }
        var replicas = missing(host, known);
        long tables = replicas.stream().map(RegisteredReplica::path).distinct().count();
        int parts =
                replicas.stream().mapToInt(replica -> replica.parts().size()).sum();
        int uncovered = replicas.stream()
                .mapToInt(replica ->
                        Coverage.uncovered(replica, contentsOfKeepers(host)).size())
                .sum();
        return parts - uncovered + " of its " + parts + " parts, of " + tables + " tables, are on "
                + vouching(host).map(Host::name).collect(Collectors.joining(", "))
                + (uncovered > 0 ? "; the loss of " + uncovered + " was accepted" : "");
    }

    /** Another server that reads from it beside others of the shard. Where it is the only one listed, nothing else is read. */
    boolean isListed(Host host) {
        return rules.contains(ReplacementRule.NEVER_READ_FROM_HALF)
                && observed.listings().stream()
                        .anyMatch(names -> names.contains(host.peersDnsName()) && listsAnother(names, host));
    }

    private boolean listsAnother(Set<String> names, Host host) {
        return intent.hosts().stream().anyMatch(other -> !other.equals(host) && names.contains(other.peersDnsName()));
    }

    List<RegisteredReplica> registered(Host host) {
        return registration(host) instanceof Registration.Known known ? known.replicas() : List.of();
    }

    /** Replicas that the host's server does not have, or, when it is down or its volume is to go, all of them. */
    List<RegisteredReplica> missing(Host host, Registration.Known known) {
        var standing = losses.of(host).isPresent() ? Optional.<HostContents>empty() : observed.contents(host);
        return known.replicas().stream()
                .filter(replica -> standing.filter(contents -> contents.hasReplicaAt(replica))
                        .isEmpty())
                .toList();
    }

    /** Whose word counts for what a host had on a volume that is gone, or to go: its own, too, if it serves from another. */
    List<HostContents> contentsOfKeepers(Host host) {
        return vouching(host)
                .flatMap(keeper -> observed.contents(keeper).stream())
                .toList();
    }

    Optional<Host> anyThatServes(Host host) {
        return vouching(host).findFirst();
    }

    private Stream<Host> vouching(Host host) {
        boolean vouchesForItself = observed.isInService(host) && losses.of(host).isEmpty();
        return Stream.concat(keepers(host).stream(), vouchesForItself ? Stream.of(host) : Stream.empty());
    }

    private static String lastGoodCopy(Host host, List<String> uncovered) {
        return uncovered.size() + " parts that it had are on no replica that serves ("
                + uncovered.stream().limit(NAMED).collect(Collectors.joining(", "))
                + (uncovered.size() > NAMED ? ", …" : "")
                + "): bring its volume or another replica back, or accept the loss with spec.replace: [{replica: "
                + host.replica() + ", reason: …, acceptDataLoss: true}] on Shard "
                + host.cluster().shardName(host.shard());
    }

    private static Obstacle wait(String reason, String message) {
        return new Obstacle(Optional.empty(), reason, message);
    }
}
