package io.shardwright.replacement;

import io.shardwright.crds.ReplacementPhase;
import io.shardwright.holdings.HostContents;
import io.shardwright.plan.Amounts;
import io.shardwright.replacement.ReplacementIntent.Request;
import io.shardwright.replacement.ReplacementObserved.Node;
import io.shardwright.replacement.ReplacementObserved.Volume;
import io.shardwright.topology.Host;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Whether a replica's volume is gone for good, or is to go. A pod that restarts, is slow or crashes again and again is not
 * lost: what it has stands on its volume.
 */
final class Losses {
    static final String NODE_AWAY = "NodeAway";
    static final String NODE_DRAINED = "NodeDrained";

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

    /** What will be a loss if it lasts. */
    record Awaited(String reason, String message, boolean needsApproval) {}

    Optional<Loss> of(Host host) {
        if (!(observed.volumes().get(host) instanceof Volume.Claimed claimed)) {
            return Optional.empty();
        }
        return asked(host, claimed).or(() -> observed.isUp(host) ? going(host, claimed) : gone(host, claimed));
    }

    /** A node that is away for less than the spec says, or for however long when it says to ask; or one that is drained. */
    Optional<Awaited> awaited(Host host) {
        return observed.volumes().get(host) instanceof Volume.Claimed claimed
                ? claimed.node().flatMap(node -> isAway(node) ? awaitedAway(host, node) : awaitedDrained(host, node))
                : Optional.empty();
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
                intent.after().isEmpty()));
    }

    private Optional<Awaited> awaitedDrained(Host host, Node node) {
        return node.drained() && isEvicted(host)
                ? Optional.of(new Awaited(
                        NODE_DRAINED,
                        "its volume cannot leave node " + node.name()
                                + ", which is drained; uncordon the node, or set replacement.onDrain of the"
                                + " ClickHouseCluster, or name it in spec.replace of Shard "
                                + host.cluster().shardName(host.shard()) + " to replace it",
                        true))
                : Optional.empty();
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
                .map(request -> new Loss("Asked", "asked for: " + request.reason(), observed.isUp(host)));
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
        return claimed.node().flatMap(node -> withNode(host, node));
    }

    private Optional<Loss> withNode(Host host, Node node) {
        if (isAway(node)) {
            return intent.after()
                    .filter(after ->
                            Duration.between(awaySince(host, node), now).compareTo(after) >= 0)
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

    private Instant awaySince(Host host, Node node) {
        var before = observed.before(host);
        return node.awaySince().orElse(before.reason().equals(NODE_AWAY) ? before.since() : now);
    }

    private static boolean isAway(Node node) {
        return node.gone() || node.awaySince().isPresent();
    }
}
