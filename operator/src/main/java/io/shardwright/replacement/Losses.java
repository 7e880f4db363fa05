package io.shardwright.replacement;

import io.shardwright.crds.ReplacementPhase;
import io.shardwright.holdings.HostContents;
import io.shardwright.plan.Amounts;
import io.shardwright.plan.HoldReason;
import io.shardwright.replacement.ReplacementIntent.Request;
import io.shardwright.replacement.ReplacementObserved.Crash;
import io.shardwright.replacement.ReplacementObserved.Node;
import io.shardwright.replacement.ReplacementObserved.PodView;
import io.shardwright.replacement.ReplacementObserved.Volume;
import io.shardwright.topology.Host;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Whether a replica's volume is gone for good, or is to go. A pod that restarts or is slow is not lost: what it has stands on its
 * volume. One whose server keeps ending by itself is, if that lasts and nothing but its data can be why.
 */
final class Losses {
    static final String NODE_AWAY = "NodeAway";
    static final String NODE_DRAINED = "NodeDrained";
    private static final String ASKED = "Asked";

    /** Of volumes that stand. */
    private static final Set<String> WISHES = Set.of(ASKED, NODE_DRAINED);

    static final String CRASHING = "Crashing";
    static final String POD_ENDING = "PodEnding";

    private final ReplacementIntent intent;
    private final ReplacementObserved observed;
    private final Instant now;

    Losses(ReplacementIntent intent, ReplacementObserved observed, Instant now) {
        this.intent = intent;
        this.observed = observed;
        this.now = now;
    }

    /** @param isServerUp whether its server may well run and hold its place in the coordination */
    record Loss(String reason, String message, boolean isServerUp) {}

    /** What will be a loss if it lasts. @param hold what it waits for a user for */
    record Awaited(String reason, String message, Optional<HoldReason> hold) {}

    Optional<Loss> of(Host host) {
        if (!(observed.volumes().get(host) instanceof Volume.Claimed claimed)) {
            return Optional.empty();
        }
        return asked(host, claimed).or(() -> observed.isUp(host) ? going(host, claimed) : gone(host, claimed));
    }

    /**
     * A node that is away for less than the spec says, or for however long when it says to ask; or one that is drained; or a
     * server that keeps ending.
     */
    Optional<Awaited> awaited(Host host) {
        var ofNode = observed.volumes().get(host) instanceof Volume.Claimed claimed
                ? claimed.node()
                        .map(node -> isAway(node) ? awaitedAway(host, node) : awaitedDrained(host, node))
                        .orElseGet(() -> awaitedMove(host))
                : Optional.<Awaited>empty();
        return ofNode.or(() -> crash(host).map(crash -> awaitedCrashing(host, crash)));
    }

    /**
     * Kubernetes keeps a pod, and its volume where it is, until its node says that it has ended: that is how two servers never
     * have one volume. Of a node that never says anything again only a user can know that it is off.
     */
    private Optional<Awaited> awaitedMove(Host host) {
        return Optional.ofNullable(observed.pods().get(host)).flatMap(pod -> pod.overdue()
                .map(due -> new Awaited(
                        POD_ENDING,
                        "node " + pod.node()
                                + " does not say that its pod has ended, and its volume cannot go to another"
                                + " node before; if the node is off for good, delete its Node, or taint it with"
                                + " node.kubernetes.io/out-of-service=nodeshutdown:NoExecute",
                        Optional.of(HoldReason.NodeUnreachable)
                                .filter(any ->
                                        !now.isBefore(due.plus(intent.after().orElse(Duration.ZERO)))))));
    }

    private Awaited awaitedCrashing(Host host, Crash crash) {
        var told = "its server keeps ending by itself";
        if (crash.doubt().isEmpty() && intent.after().isPresent()) {
            var after = Amounts.duration(intent.after().get());
            return new Awaited(
                    CRASHING,
                    told + "; if it lasts for " + after + " it is replaced, once its peers have all that it had; "
                            + crash.words(),
                    Optional.empty());
        }
        return new Awaited(
                CRASHING,
                told
                        + crash.doubt()
                                .map(doubt -> "; its volume is kept, since " + doubt)
                                .orElse("")
                        + "; name it in spec.replace of Shard "
                        + host.cluster().shardName(host.shard()) + " to replace it; " + crash.words(),
                Optional.of(HoldReason.ReplacementNeedsApproval));
    }

    /** Of a volume that may be what is wrong: a new one is not given up again. */
    private Optional<Crash> crash(Host host) {
        var before = observed.before(host);
        return Optional.ofNullable(observed.pods().get(host))
                .flatMap(PodView::crash)
                .filter(crash -> !isEmptied(host))
                .filter(crash -> !before.is(ReplacementPhase.Replacing)
                        || crash.podSince().isBefore(before.since()))
                .map(crash ->
                        new Crash(crash.words(), crash.podSince(), crash.doubt().or(() -> rowsOfItsOwn(host))));
    }

    /** It cannot say whether it has any; its peers tell which tables it has. */
    Optional<String> rowsOfItsOwn(Host host) {
        return intent.hosts().stream()
                .filter(other -> !other.equals(host))
                .flatMap(other -> observed.contents(other).stream())
                .flatMap(contents -> contents.tables().entrySet().stream())
                .filter(table -> table.getValue().replica().isEmpty()
                        && RestoreSql.mayKeepRows(table.getValue().engine()))
                .map(table -> table.getKey().toString())
                .sorted()
                .findFirst()
                .map(table -> "table " + table + " is not replicated, and may have rows on it");
    }

    private Optional<Awaited> awaitedAway(Host host, Node node) {
        return Optional.of(new Awaited(
                NODE_AWAY,
                "its volume cannot leave node " + node.name() + ", which "
                        + (node.gone() ? "is gone" : "does not answer")
                        + intent.after()
                                .map(after -> "; it is replaced " + Amounts.duration(after) + " after that began")
                                .orElse("; name it in spec.replace of Shard "
                                        + host.cluster().shardName(host.shard()) + " to replace it"),
                Optional.of(HoldReason.ReplacementNeedsApproval)
                        .filter(any -> intent.after().isEmpty())));
    }

    private Optional<Awaited> awaitedDrained(Host host, Node node) {
        return node.drained() && isEvicted(host)
                ? Optional.of(new Awaited(
                        NODE_DRAINED,
                        "its volume cannot leave node " + node.name()
                                + ", which is drained; uncordon the node, or set replacement.onDrain of the"
                                + " ClickHouseCluster, or name it in spec.replace of Shard "
                                + host.cluster().shardName(host.shard()) + " to replace it",
                        Optional.of(HoldReason.ReplacementNeedsApproval)))
                : Optional.empty();
    }

    /** Whether it is given up for a user's wish alone: its volume stands, and nothing says that it is damaged. */
    boolean isVoluntary(Host host) {
        return observed.volumes().get(host) instanceof Volume.Claimed claimed
                && of(host).filter(loss -> WISHES.contains(loss.reason())).isPresent()
                && !claimed.deleting()
                && !claimed.lost()
                && claimed.node().filter(Losses::isAway).isEmpty()
                && crash(host).filter(crash -> crash.doubt().isEmpty()).isEmpty();
    }

    /** Whether its server was told to end, and cannot start where its volume is. */
    boolean isDrained(Host host) {
        return observed.volumes().get(host) instanceof Volume.Claimed claimed
                && claimed.node().filter(Node::drained).isPresent()
                && isEvicted(host);
    }

    boolean isGoing(Host host) {
        return observed.volumes().get(host) instanceof Volume.Claimed claimed && claimed.deleting();
    }

    /** A user's word that what cannot be found elsewhere is to be given up. */
    boolean isLossAccepted(Host host) {
        return pending(host).filter(Request::acceptDataLoss).isPresent();
    }

    /** In this order: nothing makes the claim anew before its pod has gone, and nothing uses it again once it is going. */
    List<ReplacementAction> stepsOfReplacement(Host host) {
        var steps = new ArrayList<ReplacementAction>();
        if (observed.volumes().get(host) instanceof Volume.Claimed claimed) {
            if (!claimed.deleting()) {
                steps.add(new ReplacementAction.DeleteClaim(host, claimed.claim()));
            }
            var pod = observed.pods().get(host);
            if (pod != null && !pod.node().isEmpty()) {
                steps.add(new ReplacementAction.DeletePod(
                        host, pod.uid(), claimed.node().filter(Losses::isAway).isPresent()));
            }
        }
        return steps;
    }

    /** What leaves is not made anew first. */
    private Optional<Loss> asked(Host host, Volume.Claimed claimed) {
        return pending(host)
                .filter(request -> !intent.leaving().contains(host))
                .filter(request ->
                        observed.recorded().get(host.replica()).volume().equals(claimed.claim()))
                .filter(request -> !isEmptied(host))
                .map(request -> new Loss(ASKED, "asked for: " + request.reason(), observed.isUp(host)));
    }

    /** A request counts once the status has recorded which volume it is for: a new volume is not given up again. */
    private Optional<Request> pending(Host host) {
        return intent.requestFor(host)
                .filter(request -> observed.recorded().containsKey(host.replica())
                        && !observed.recorded().get(host.replica()).done());
    }

    /** There is nothing to give up: its volume is new. */
    private boolean isEmptied(Host host) {
        return observed.contents(host).filter(HostContents::isEmpty).isPresent()
                || observed.before(host).is(ReplacementPhase.RestoringSchema)
                || observed.before(host).is(ReplacementPhase.CatchingUp)
                || observed.before(host).hasRemains();
    }

    /** It is gone as soon as its pod is: better while another replica serves than when it happens to end. */
    private Optional<Loss> going(Host host, Volume.Claimed claimed) {
        return claimed.deleting() && !isEmptied(host)
                ? Optional.of(new Loss("VolumeGoing", "the claim of its volume is being deleted", true))
                : Optional.empty();
    }

    private Optional<Loss> gone(Host host, Volume.Claimed claimed) {
        if (claimed.lost()) {
            return Optional.of(new Loss("VolumeGone", "the volume that its claim was bound to is gone", false));
        }
        return claimed.node().flatMap(node -> withNode(host, node)).or(() -> crashed(host));
    }

    private Optional<Loss> crashed(Host host) {
        return crash(host).filter(crash -> crash.doubt().isEmpty()).flatMap(crash -> intent.after()
                .filter(after -> hasLasted(host, CRASHING, after))
                .map(after -> new Loss(
                        CRASHING,
                        "its server has kept ending by itself for " + Amounts.duration(after) + "; " + crash.words(),
                        false)));
    }

    /** The status says since when. What was told to be lost stays so: it waited long enough before. */
    private boolean hasLasted(Host host, String reason, Duration after) {
        var before = observed.before(host);
        return before.is(ReplacementPhase.Lost)
                || before.is(ReplacementPhase.Replacing)
                || before.reason().equals(reason)
                        && Duration.between(before.since(), now).compareTo(after) >= 0;
    }

    private Optional<Loss> withNode(Host host, Node node) {
        if (isAway(node)) {
            return intent.after()
                    .filter(after -> node.awaySince()
                            .map(since -> Duration.between(since, now).compareTo(after) >= 0)
                            .orElseGet(() -> hasLasted(host, NODE_AWAY, after)))
                    .map(after -> new Loss(
                            NODE_AWAY,
                            "its volume cannot leave node " + node.name() + ", which "
                                    + (node.gone() ? "is gone" : "has not answered for " + Amounts.duration(after)),
                            false));
        }
        return intent.onDrain() && node.drained() && isEvicted(host)
                ? Optional.of(new Loss(
                        NODE_DRAINED, "its volume cannot leave node " + node.name() + ", which is drained", false))
                : Optional.empty();
    }

    private boolean isEvicted(Host host) {
        var pod = observed.pods().get(host);
        return pod != null && pod.node().isEmpty();
    }

    private static boolean isAway(Node node) {
        return node.gone() || node.awaySince().isPresent();
    }
}
