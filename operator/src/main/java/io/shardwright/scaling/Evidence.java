package io.shardwright.scaling;

import io.shardwright.crds.LeavingPhase;
import io.shardwright.holdings.QuietSpell;
import io.shardwright.plan.Hold;
import io.shardwright.plan.HoldReason;
import io.shardwright.scaling.ScalingObserved.Answer;
import io.shardwright.scaling.ScalingObserved.Backing;
import io.shardwright.scaling.ScalingObserved.Departure;
import io.shardwright.scaling.ScalingObserved.Registration;
import io.shardwright.topology.Host;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** What speaks against a host's going further. Each answer is a hold that tells the user why. */
final class Evidence {
    private final ScalingIntent intent;
    private final ScalingObserved observed;
    private final Instant now;
    private final Set<ScalingRule> rules;

    Evidence(ScalingIntent intent, ScalingObserved observed, Instant now, Set<ScalingRule> rules) {
        this.intent = intent;
        this.observed = observed;
        this.now = now;
        this.rules = rules;
    }

    /** NEVER_THE_LAST_IN_SERVICE. */
    boolean isServedBy(List<Host> staying) {
        return !rules.contains(ScalingRule.NEVER_THE_LAST_IN_SERVICE)
                || staying.stream().anyMatch(observed.inService()::contains);
    }

    /** NEVER_THE_LAST_IN_SERVICE: the others went away after it was decided that this one goes, and it still has tables. */
    boolean isNeededAgain(Host host) {
        return rules.contains(ScalingRule.NEVER_THE_LAST_IN_SERVICE)
                && observed.departures().get(host) instanceof Departure<LeavingPhase> departure
                && departure.phase() == LeavingPhase.Dropping
                && observed.answers().get(host) instanceof Answer.Said said
                && !said.tables().isEmpty()
                && !isServedBy(observed.hostsOf(host.shard()).stream()
                        .filter(other -> !observed.departures().containsKey(other))
                        .toList());
    }

    /** TOLD_BEFORE_DONE. */
    boolean mustBeToldFirst() {
        return rules.contains(ScalingRule.TOLD_BEFORE_DONE);
    }

    /** NEVER_WHILE_IN_USE: a Service may send clients to it, or a server queries. */
    Optional<Hold> againstFenced(Host host) {
        if (!rules.contains(ScalingRule.NEVER_WHILE_IN_USE)) {
            return Optional.empty();
        }
        if (observed.inService().contains(host)) {
            return Optional.of(stillInUse(host, "it is still in service"));
        }
        var unserved = unservedShard(host);
        if (unserved.isPresent()) {
            return Optional.of(stillInUse(
                    host,
                    "no replica of " + intent.cluster().shardName(unserved.get())
                            + " serves: rows for it, inserted on " + host.name()
                            + " through Distributed tables, may wait there"));
        }
        return observed.standing().stream()
                .filter(other -> !other.equals(host))
                .flatMap(other -> whyInUse(host, other).stream())
                .findFirst()
                .map(why -> stillInUse(host, why));
    }

    /** A shard that stays and that nobody serves. */
    private Optional<Integer> unservedShard(Host host) {
        return observed.standing().stream()
                .filter(other -> !observed.departures().containsKey(other))
                .map(Host::shard)
                .distinct()
                .filter(shard -> observed.inService().stream().noneMatch(other -> other.shard() == shard))
                .findFirst();
    }

    private Optional<String> whyInUse(Host host, Host other) {
        return switch (observed.answers().get(other)) {
            case Answer.Said said ->
                said.lists().contains(host.peersDnsName())
                        ? Optional.of(other.name() + " still has it in its remote_servers")
                        : Optional.empty();
            case Answer.Down down -> Optional.empty();
            case Answer.Unknown(String why) ->
                ifKnown(other.name() + " does not answer, and may still send it queries: " + why);
            case null -> ifKnown(other.name() + " was not asked yet");
        };
    }

    private Optional<String> ifKnown(String why) {
        return rules.contains(ScalingRule.UNKNOWN_IS_NOT_ABSENT) ? Optional.of(why) : Optional.empty();
    }

    private static Hold stillInUse(Host host, String why) {
        return new Hold(HoldReason.StillInUse, host.name(), "it leaves, and " + why);
    }

    /**
     * Against dropping the tables of a host whose shard stays. One that was down when it was decided, and has come back, may
     * have brought rows that it is to pass on.
     */
    List<Hold> againstDropping(Host host) {
        return tooSoon(host).map(List::of).orElseGet(() -> Stream.of(
                        againstFenced(host), ownRows(host), lastGoodCopy(host))
                .flatMap(Optional::stream)
                .toList());
    }

    /** Against dropping a shard for the sake of one of its hosts. */
    Optional<Hold> againstDroppingAsPartOfAShard(Host host) {
        return againstFenced(host).or(() -> tooSoon(host));
    }

    /** Nobody sends to it any more, and nothing keeps it from sending on what it has to. */
    boolean isQuiet(Host host) {
        return againstFenced(host).isEmpty()
                && observed.answers().get(host) instanceof Answer.Said
                && observed.registrations().getOrDefault(host, Registration.UNKNOWN) != Registration.UNKNOWN;
    }

    /** ONLY_AFTER_A_WHILE: as long as the operator looked on. What it holds on a volume that is down is not waited for. */
    private Optional<Hold> tooSoon(Host host) {
        if (!rules.contains(ScalingRule.ONLY_AFTER_A_WHILE)) {
            return Optional.empty();
        }
        var quietSince = observed.quietSince().get(host);
        boolean isQuietLongEnough = observed.answers().get(host) instanceof Answer.Down
                || quietSince != null
                        && !quietSince.plus(QuietSpell.LONG_ENOUGH).isAfter(now);
        return isQuietLongEnough
                ? Optional.empty()
                : Optional.of(new Hold(
                        HoldReason.StillInUse,
                        host.name(),
                        "it leaves, and gets " + QuietSpell.LONG_ENOUGH.toSeconds()
                                + " s to pass on rows that were inserted on it through Distributed tables"));
    }

    /** NEVER_ROWS_OF_ITS_OWN. A host that is down cannot be asked: the user may say that it is to go all the same. */
    private Optional<Hold> ownRows(Host host) {
        return switch (observed.answers().get(host)) {
            case Answer.Said said ->
                said.tablesOfItsOwn().isEmpty() || !rules.contains(ScalingRule.NEVER_ROWS_OF_ITS_OWN)
                        ? Optional.empty()
                        : Optional.of(new Hold(
                                HoldReason.RowsOfItsOwn,
                                host.name(),
                                "it leaves, and tables on it that are not replicated hold rows: "
                                        + String.join(", ", said.tablesOfItsOwn())
                                        + ". Copy them elsewhere and drop them, or name another host in"
                                        + " scaling.removeFirst"));
            case Answer.Down down ->
                intent.removeFirst().contains(host.name())
                        ? Optional.empty()
                        : ifKnown(
                                        "it is down, and cannot say whether it has rows that no peer has. It goes when it is up,"
                                                + " or when scaling.removeFirst names it")
                                .map(why -> unreachable(host, why));
            case Answer.Unknown(String why) ->
                ifKnown("it does not answer: " + why).map(said -> unreachable(host, said));
            case null -> ifKnown("it was not asked yet").map(said -> unreachable(host, said));
        };
    }

    private static Hold unreachable(Host host, String why) {
        return new Hold(HoldReason.HostUnreachable, host.name(), "it leaves, but " + why);
    }

    /** NEVER_THE_LAST_GOOD_COPY. */
    private Optional<Hold> lastGoodCopy(Host host) {
        if (!rules.contains(ScalingRule.NEVER_THE_LAST_GOOD_COPY)) {
            return Optional.empty();
        }
        return switch (observed.backing().get(host)) {
            case Backing.Complete complete -> Optional.empty();
            case Backing.Incomplete(String what) ->
                Optional.of(lastGoodCopy(host, "its peers lack " + what + ": it leaves when they have it"));
            case Backing.Unknown(String why) ->
                ifKnown("it is not known whether its peers have what it has: " + why)
                        .map(said -> lastGoodCopy(host, said));
            case null -> ifKnown("its peers were not compared yet").map(said -> lastGoodCopy(host, said));
        };
    }

    private static Hold lastGoodCopy(Host host, String why) {
        return new Hold(HoldReason.LastGoodCopy, host.name(), why);
    }

    String verified(Host host) {
        return (observed.backing().get(host) instanceof Backing.Complete(String what) ? what : "nothing")
                + "; no server lists it, no Service leads to it";
    }

    /** ONLY_EMPTY_SHARDS. */
    Optional<Hold> notEmpty(List<Host> hosts) {
        if (!rules.contains(ScalingRule.ONLY_EMPTY_SHARDS)) {
            return Optional.empty();
        }
        return hosts.stream().flatMap(host -> whyNotEmpty(host).stream()).findFirst();
    }

    private Optional<Hold> whyNotEmpty(Host host) {
        return switch (observed.answers().get(host)) {
            case Answer.Said said when said.isEmpty() -> Optional.empty();
            case Answer.Said said -> Optional.of(shardNotEmpty(host, rowsOf(said)));
            case Answer.Down down -> ifKnown("it is down").map(why -> shardNotEmpty(host, why));
            case Answer.Unknown(String why) ->
                ifKnown("it does not answer: " + why).map(said -> shardNotEmpty(host, said));
            case null -> ifKnown("it was not asked yet").map(why -> shardNotEmpty(host, why));
        };
    }

    private static String rowsOf(Answer.Said said) {
        return said.rows() > 0
                ? "it holds " + said.rows() + " rows"
                : "tables that are not replicated hold rows, and are not moved: "
                        + String.join(", ", said.tablesOfItsOwn()) + ". Copy them elsewhere and drop them";
    }

    private Hold shardNotEmpty(Host host, String why) {
        return new Hold(
                HoldReason.ShardNotEmpty,
                intent.cluster().shardName(host.shard()),
                "it leaves when every replica is counted and empty; " + host.name() + ": " + why);
    }

    /**
     * NO_ROWS_UNDER_WAY: servers from 20.12 on keep what they could not send under the shard's place in the list, and cannot send
     * it once the shard is listed no more.
     */
    Optional<Hold> againstUnlisting(int shard) {
        if (!rules.contains(ScalingRule.NO_ROWS_UNDER_WAY)) {
            return Optional.empty();
        }
        var since = observed.quietShardsSince().get(shard);
        return whyRowsComeTo(shard)
                .or(() -> since != null && !since.plus(QuietSpell.LONG_ENOUGH).isAfter(now)
                        ? Optional.empty()
                        : Optional.of("servers get " + QuietSpell.LONG_ENOUGH.toSeconds()
                                + " s to pass on rows for it that were inserted through Distributed tables"))
                .map(why ->
                        new Hold(HoldReason.StillInUse, intent.cluster().shardName(shard), "it leaves, and " + why));
    }

    /** Why rows that are inserted through Distributed tables, or were, may still come to a shard. */
    Optional<String> whyRowsComeTo(int shard) {
        if (observed.inService().stream().noneMatch(host -> host.shard() == shard)) {
            return Optional.of("no replica of it serves: rows for it may wait on other hosts");
        }
        return observed.standing().stream()
                .flatMap(host -> whyRowsCome(shard, host).stream())
                .findFirst();
    }

    private Optional<String> whyRowsCome(int shard, Host from) {
        return switch (observed.answers().get(from)) {
            case Answer.Said said ->
                observed.hostsOf(shard).stream().map(Host::peersDnsName).anyMatch(said.fills()::contains)
                        ? Optional.of(from.name() + " still brings rows to it")
                        : Optional.empty();
            case Answer.Down down ->
                Candidates.isGoing(from, observed)
                        ? Optional.empty()
                        : ifKnown(from.name() + " is down: rows for it may wait there");
            case Answer.Unknown(String why) ->
                ifKnown(from.name() + " does not answer, and may still bring rows to it: " + why);
            case null -> ifKnown(from.name() + " was not asked yet");
        };
    }

    /** Rows were seen; not to know is no reason to go back. */
    boolean hasRows(List<Host> hosts) {
        return rules.contains(ScalingRule.ONLY_EMPTY_SHARDS)
                && hosts.stream()
                        .anyMatch(host -> observed.answers().get(host) instanceof Answer.Said said && !said.isEmpty());
    }

    /** One that went down is mended by the others, which have to serve for that. */
    boolean hasLost(List<Host> hosts) {
        return hosts.stream().anyMatch(host -> observed.answers().get(host) instanceof Answer.Down);
    }

    /** What a host that went down since holds was counted before: nothing. */
    List<Hold> againstDroppingWithItsShard(Host host) {
        return againstFenced(host)
                .or(() -> observed.answers().get(host) instanceof Answer.Down
                        ? Optional.empty()
                        : notEmpty(List.of(host)))
                .stream()
                .toList();
    }

    /** @param withItsShard its shard goes as a whole, and was counted */
    boolean isReleased(Host host, boolean withItsShard) {
        var registration = observed.registrations().getOrDefault(host, Registration.UNKNOWN);
        boolean isForgotten = registration == Registration.NONE
                || registration == Registration.UNKNOWN && !rules.contains(ScalingRule.UNKNOWN_IS_NOT_ABSENT);
        return isForgotten
                && switch (observed.answers().get(host)) {
                    case Answer.Said said -> said.tables().isEmpty();
                    case Answer.Down down ->
                        withItsShard || intent.removeFirst().contains(host.name());
                    case Answer.Unknown unknown -> false;
                    case null -> false;
                };
    }

    /** Tables on a volume that nobody could reach are still there. */
    LeavingPhase released(Host host) {
        return observed.answers().get(host) instanceof Answer.Down ? LeavingPhase.Abandoned : LeavingPhase.Released;
    }

    /** What is left to drop of a host that may be dropped; what a volume that was lost left behind is forgotten. */
    List<ScalingAction> drops(Host host) {
        return switch (observed.answers().get(host)) {
            case Answer.Said said
            when !said.tables().isEmpty() ->
                said.tables().stream()
                        .<ScalingAction>map(table -> new ScalingAction.DropTable(host, table))
                        .toList();
            case Answer.Said said -> forget(host);
            case Answer.Down down -> forget(host);
            case Answer.Unknown unknown -> List.of();
            case null -> List.of();
        };
    }

    private List<ScalingAction> forget(Host host) {
        return via().filter(via -> mayForget(host)).stream()
                .<ScalingAction>map(via -> new ScalingAction.ForgetReplicas(host, via))
                .toList();
    }

    private Optional<Host> via() {
        return observed.standing().stream()
                .filter(host -> observed.answers().get(host) instanceof Answer.Said)
                .findFirst();
    }

    /** FORGET_ONLY_THE_DEAD. */
    private boolean mayForget(Host host) {
        var registration = observed.registrations().getOrDefault(host, Registration.UNKNOWN);
        return registration == Registration.INACTIVE
                || registration != Registration.NONE && !rules.contains(ScalingRule.FORGET_ONLY_THE_DEAD);
    }
}
