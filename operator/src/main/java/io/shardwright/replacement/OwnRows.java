package io.shardwright.replacement;

import io.shardwright.holdings.QuietSpell;
import io.shardwright.holdings.Registration;
import io.shardwright.plan.HoldReason;
import io.shardwright.replacement.Peers.Obstacle;
import io.shardwright.topology.Host;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Rows of a host that no peer has: those of tables that are not replicated, and those that wait on it to be sent on by a
 * Distributed table. They matter while its volume stands: with a volume that is lost they are.
 */
final class OwnRows {
    static final String PASSING_ON = "PassingOn";

    private final ReplacementIntent intent;
    private final ReplacementObserved observed;
    private final Peers peers;
    private final Losses losses;
    private final Instant now;
    private final Set<ReplacementRule> rules;

    OwnRows(
            ReplacementIntent intent,
            ReplacementObserved observed,
            Peers peers,
            Losses losses,
            Instant now,
            Set<ReplacementRule> rules) {
        this.intent = intent;
        this.observed = observed;
        this.peers = peers;
        this.losses = losses;
        this.now = now;
        this.rules = rules;
    }

    /** Against giving up the volume of a host that serves no more. */
    Optional<Obstacle> againstGivingUp(Host host) {
        return againstFencing(host)
                .or(() -> isAtStake(host) && !losses.isDrained(host) ? tooSoon(host) : Optional.empty());
    }

    /** NEVER_ROWS_OF_ITS_OWN: a host goes on to serve what only it has. */
    Optional<Obstacle> againstFencing(Host host) {
        if (!isAtStake(host)) {
            return Optional.empty();
        }
        var tables = observed.own().get(host);
        if (tables == null) {
            return rules.contains(ReplacementRule.UNKNOWN_IS_NOT_ABSENT) ? unasked(host) : Optional.empty();
        }
        return tables.isEmpty() || !rules.contains(ReplacementRule.NEVER_ROWS_OF_ITS_OWN)
                ? Optional.empty()
                : Optional.of(held(
                        HoldReason.RowsOfItsOwn,
                        "tables on it that are not replicated hold rows: " + String.join(", ", tables)
                                + ". Copy them elsewhere and drop them, or " + accept(host)));
    }

    /** One whose node is drained cannot be started to be asked: then its peers tell what it may have. */
    private Optional<Obstacle> unasked(Host host) {
        if (losses.isDrained(host)) {
            return losses.rowsOfItsOwn(host)
                    .map(why -> held(
                            HoldReason.HostUnreachable,
                            why + ", which it cannot be asked: uncordon its node, or " + accept(host)));
        }
        return Optional.of(held(
                HoldReason.HostUnreachable,
                "it cannot be asked whether it has rows that no peer has: start it, or " + accept(host)));
    }

    /** ONLY_AFTER_A_WHILE: as long as the operator looked on. */
    private Optional<Obstacle> tooSoon(Host host) {
        if (!rules.contains(ReplacementRule.ONLY_AFTER_A_WHILE)) {
            return Optional.empty();
        }
        var unserved = observed.unservedShards().stream().sorted().findFirst();
        if (unserved.isPresent()) {
            return Optional.of(held(
                    HoldReason.StillInUse,
                    "no replica of " + intent.cluster().ref().shardName(unserved.get())
                            + " serves: rows for it, inserted on " + host.name()
                            + " through Distributed tables, may wait there"));
        }
        return observed.before(host)
                        .quiet()
                        .filter(spell -> spell.isLongEnough(now))
                        .isPresent()
                ? Optional.empty()
                : Optional.of(new Obstacle(
                        Optional.empty(),
                        PASSING_ON,
                        "it gets " + QuietSpell.LONG_ENOUGH.toSeconds()
                                + " s to pass on rows that were inserted on it through Distributed tables"));
    }

    /** Nobody sends to it any more, and nothing keeps it from sending on what it has to. Who lists it is known once it is fenced. */
    boolean isQuiet(Host host) {
        var pod = observed.pods().get(host);
        return isAtStake(host)
                && pod != null
                && pod.gate().isEmpty()
                && !pod.ready()
                && observed.before(host).isIncomplete()
                && observed.contents(host).isPresent()
                && peers.registration(host) instanceof Registration.Known
                && observed.unservedShards().isEmpty()
                && observed.listings().stream().noneMatch(names -> names.contains(host.peersDnsName()));
    }

    /** What is said to be known of a host that is given up though its volume stands. */
    String whatIsVerified(Host host) {
        return isAtStake(host) && List.of().equals(observed.own().get(host))
                ? "; none of its tables that are not replicated holds rows"
                : "";
    }

    private boolean isAtStake(Host host) {
        return losses.isVoluntary(host) && !losses.isLossAccepted(host);
    }

    private static String accept(Host host) {
        return "accept the loss with spec.replace: [{replica: " + host.replica()
                + ", reason: …, acceptDataLoss: true}] on Shard "
                + host.cluster().shardName(host.shard());
    }

    private static Obstacle held(HoldReason why, String message) {
        return new Obstacle(Optional.of(why), why.name(), message);
    }
}
