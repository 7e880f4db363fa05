package io.shardwright.rebalance;

import io.shardwright.crds.MovePhase;
import io.shardwright.plan.Hold;
import io.shardwright.plan.HoldReason;
import io.shardwright.rebalance.MoveObserved.Memory;
import io.shardwright.rebalance.MoveObserved.Part;
import io.shardwright.rebalance.MoveObserved.Source;
import io.shardwright.rebalance.MoveObserved.Target;
import io.shardwright.rebalance.MoveStep.End;
import io.shardwright.topology.Host;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Decides the next step of the move of a partition.
 *
 * <p>While it is Copying, nothing of either table is touched: the partition is fetched into staging tables, one on every replica
 * of the target, and compared part by part. Then it is Switching, which is written in status before anything irreversible:
 *
 * <ol>
 *   <li>The replication queues of the source's replicas are stopped, and the partition's drop is put into them. It is carried
 *       out nowhere, and it takes no block that is inserted from now on.
 *   <li>What it would take is compared with what was copied. Late rows are written once more, above the blocks that it takes.
 *   <li>The staged copy is attached: hard links, on every replica.
 *   <li>When it is visible everywhere, the queues are started, and the source's copy goes.
 * </ol>
 *
 * Where readers are never to see the partition twice, all servers first read from one side of both shards only (Narrowing). Its
 * queues are stopped, of the target too, and the other side alone goes through the switch. Then all servers read from that one
 * (Turning), and the first side's queues are started. The queries that began before are waited for each time.
 *
 * <p>A crash in between leaves readers with what they saw before; a server that restarts meanwhile carries the drop out at once,
 * when the copy stands, compared, on every replica of the target. Once the drop is queued, the move only goes forward.
 */
final class MoveStepPlanner {
    /** A partition that changed this often while it was copied is written all the time. */
    private static final int MOST_ATTEMPTS = 5;

    /**
     * Then the move is given up, and planned anew with names of its own: what a statement that broke off has left, on a disk or
     * in ZooKeeper, can keep a table of the same name from ever being made again.
     */
    private static final int MOST_FAILURES = 5;

    private final Move move;
    private final MoveObserved observed;
    private final Wish wish;
    private final Set<MoveRule> rules;

    private MoveStepPlanner(Move move, MoveObserved observed, Wish wish, Set<MoveRule> rules) {
        this.move = move;
        this.observed = observed;
        this.wish = wish;
        this.rules = rules;
    }

    /**
     * What is wanted of the move.
     *
     * @param goesOn false when it is to be given up, if it still can
     * @param attempts how often it was copied
     * @param whyNotSwitch why the partition may not change shards now, e.g. because another one of the table does
     */
    record Wish(boolean goesOn, int attempts, Optional<Hold> whyNotSwitch, Reading reading) {}

    static MoveStep plan(Move move, MovePhase phase, MoveObserved observed, Wish wish) {
        return plan(move, phase, observed, wish, MoveRule.ALL);
    }

    /** @param rules those that are obeyed: all, but in tests */
    static MoveStep plan(Move move, MovePhase phase, MoveObserved observed, Wish wish, Set<MoveRule> rules) {
        var planner = new MoveStepPlanner(move, observed, wish, rules);
        return switch (phase) {
            case Copying -> planner.copy();
            case Narrowing -> planner.narrow();
            case Switching -> planner.switchShards();
            case Turning -> planner.turn();
            case CleaningUp -> planner.cleanUp(MovePhase.CleaningUp, End.MOVED);
        };
    }

    private MoveStep copy() {
        boolean isBusy =
                observed.copy().isRunning() || observed.knownTargets().stream().anyMatch(Target.Known::isBusy);
        boolean isEmpty = unknown().isEmpty()
                && sources().stream().allMatch(source -> source.parts().isEmpty());
        if (isBusy) {
            return MoveStep.stay(MovePhase.Copying, List.of());
        }
        boolean isTargetGone = observed.target().isEmpty();
        boolean isTriedEnough =
                wish.attempts() >= MOST_ATTEMPTS || observed.copy().failures() >= MOST_FAILURES;
        if (!wish.goesOn() || isEmpty || isTargetGone || isTriedEnough && !isCopied()) {
            return cleanUp(MovePhase.Copying, End.GIVEN_UP);
        }
        if (!unknown().isEmpty() && obeys(MoveRule.UNKNOWN_IS_NOT_ABSENT)) {
            return MoveStep.stay(MovePhase.Copying, unknown());
        }
        if (!replicasAgree()) {
            return hold(
                    MovePhase.Copying,
                    HoldReason.PeerNotReady,
                    "replicas of shard " + move.from() + " do not hold the same parts of it yet; waits until they do");
        }
        return isCopied() ? beginSwitchWhenAllowed() : copyOrAwait();
    }

    private MoveStep copyOrAwait() {
        if (targets().isEmpty() || sources().isEmpty()) {
            return MoveStep.stay(MovePhase.Copying, unknown());
        }
        var expected = checksums(sources().getFirst().parts());
        boolean isOnItsWay =
                targets().stream().allMatch(target -> target.tables().contains(move.staging()))
                        && targets().stream().anyMatch(target -> target.staged().equals(expected));
        if (isOnItsWay) {
            return MoveStep.stay(MovePhase.Copying, troubles());
        }
        var failure = observed.copy().failure().stream()
                .map(why -> copyFailed("is tried again: " + why))
                .toList();
        if (observed.copy().isResting()) {
            return MoveStep.stay(MovePhase.Copying, failure);
        }
        var replicas = observed.target().stream().map(Target::host).toList();
        var host = targets()
                .get(Math.floorMod(move.id().hashCode(), targets().size()))
                .host();
        return new MoveStep(
                MovePhase.Copying,
                End.NOT_YET,
                List.of(new RebalanceAction.CopyPartition(
                        move, sources().getFirst().host(), host, replicas)),
                failure);
    }

    private List<Hold> troubles() {
        return targets().stream()
                .flatMap(target -> target.trouble().stream()
                        .map(why -> copyFailed(target.host().name() + " tries again to fetch the copy: " + why)))
                .toList();
    }

    private Hold copyFailed(String message) {
        return new Hold(HoldReason.CopyFailed, move.describe(), message);
    }

    private MoveStep beginSwitchWhenAllowed() {
        if (observed.memory() != Memory.NOT_TAKEN && obeys(MoveRule.ATTACHED_ONCE)) {
            return hold(
                    MovePhase.Copying,
                    HoldReason.RowsAlreadyPresent,
                    "shard " + move.to() + " remembers having taken the very same rows, and would ignore them."
                            + " Delete one of the copies, or leave the table out");
        }
        var obstacle = wish.whyNotSwitch().or(this::readOnly).or(this::withoutLeader);
        return obstacle.map(hold -> MoveStep.stay(MovePhase.Copying, List.of(hold)))
                .orElseGet(() -> reading().isExact() ? beginNarrowing() : MoveStep.beginSwitch(observed.remembered()));
    }

    private MoveStep beginNarrowing() {
        var from = reading().half(sourceHosts());
        var to = reading().half(targetHosts());
        if (from.isEmpty() || to.isEmpty()) {
            var hold = reading().unknown().orElseGet(() -> onlyOneReplica(from.isEmpty() ? move.from() : move.to()));
            return MoveStep.stay(MovePhase.Copying, List.of(hold));
        }
        return MoveStep.go(MovePhase.Narrowing, List.of())
                .reading(ReadSide.of(Stream.concat(from.stream(), to.stream()).toList()));
    }

    /** Nothing has changed yet, and whatever is not as it should be is a reason to go back. */
    private MoveStep narrow() {
        boolean mayGoOn = reading().isExact()
                && wish.goesOn()
                && wish.whyNotSwitch().isEmpty()
                && unknown().isEmpty()
                && reading().unknown().isEmpty()
                && replicasAgree()
                && isCopied();
        return mayGoOn
                ? whenTurned(MovePhase.Narrowing, () -> MoveStep.beginSwitch(observed.remembered()))
                : MoveStep.go(MovePhase.Copying, List.of()).reading(ReadSide.ALL);
    }

    /** Once every server reads from the side alone, and the queries that began before have ended. */
    private MoveStep whenTurned(MovePhase phase, Supplier<MoveStep> next) {
        var side = reading().side();
        var elsewhere = elsewhere();
        if (elsewhere.isPresent()) {
            return MoveStep.stay(phase, List.of(elsewhere.get())).reading(side.notSeen());
        }
        if (side.since().isEmpty()) {
            return MoveStep.go(phase, List.of())
                    .reading(side.seen(reading().readers().answered()));
        }
        return reading()
                .olderQuery()
                .filter(hold -> obeys(MoveRule.OLDER_QUERIES_HAVE_ENDED))
                .map(hold -> MoveStep.stay(phase, List.of(hold)))
                .orElseGet(next);
    }

    private Optional<Hold> elsewhere() {
        return obeys(MoveRule.CHANGES_BEHIND_READERS)
                ? reading().elsewhere(sourceHosts(), targetHosts())
                : Optional.empty();
    }

    /** The side that changed is the one that is read; the other follows. */
    private MoveStep turn() {
        return reading().isExact() ? whenTurned(MovePhase.Turning, this::changeTheOtherSide) : changeTheOtherSide();
    }

    private MoveStep changeTheOtherSide() {
        boolean isDone = unknown().isEmpty()
                && sources().stream().allMatch(source -> source.dropsUpTo().isEmpty() && !holdsWhatWasCopied(source))
                && targets().stream().allMatch(Target.Known::isCaughtUp);
        var actions = startQueues(host -> true);
        return isDone
                ? MoveStep.go(MovePhase.CleaningUp, actions).reading(ReadSide.ALL)
                : new MoveStep(MovePhase.Turning, End.NOT_YET, actions, unknown());
    }

    /** Safety: compared on every replica, and byte by byte. */
    private boolean isCopied() {
        if (sources().isEmpty() || targets().isEmpty()) {
            return false;
        }
        var expected = checksums(sources().getFirst().parts());
        return obeys(MoveRule.EVERY_REPLICA_HAS_THE_COPY)
                ? targets().stream().allMatch(target -> target.staged().equals(expected))
                : targets().stream().anyMatch(target -> target.staged().equals(expected));
    }

    private boolean replicasAgree() {
        return sources().stream()
                        .map(source -> checksums(source.parts()))
                        .distinct()
                        .count()
                <= 1;
    }

    private MoveStep switchShards() {
        if (!reading().isExact() && !reading().side().isAll()) {
            return MoveStep.go(
                            MovePhase.Switching,
                            startQueues(host -> reading().side().contains(host) && isTarget(host)))
                    .reading(ReadSide.ALL);
        }
        boolean isSettled = sources().stream().allMatch(Source.Known::isSettled)
                && targets().stream().noneMatch(Target.Known::isBusy);
        if (!isSettled) {
            return MoveStep.stay(MovePhase.Switching, List.of());
        }
        return isDropQueued() ? finishSwitch() : beginSwitch();
    }

    /** The last look before the drop is queued; whatever is not as it was copied is copied again. */
    private MoveStep beginSwitch() {
        if (!unknown().isEmpty() && obeys(MoveRule.UNKNOWN_IS_NOT_ABSENT)) {
            return MoveStep.stay(MovePhase.Switching, unknown());
        }
        boolean isAsCopied = isCopied()
                && replicasAgree()
                && sources().stream().allMatch(source -> source.awaited().isEmpty());
        var leader = sources().stream().filter(Source.Known::isLeader).findFirst();
        boolean isReadElsewhere = reading().side().isAll() || elsewhere().isEmpty();
        boolean mayDrop = wish.goesOn()
                && isAsCopied
                && isReadElsewhere
                && leader.isPresent()
                && readOnly().isEmpty();
        if (!mayDrop) {
            var start = startQueues(host -> !isTarget(host) || reading().isRead(host));
            return observed.memory() == Memory.TAKEN
                    ? new MoveStep(MovePhase.Switching, End.NOT_YET, start, List.of(twice()))
                    : MoveStep.go(MovePhase.Copying, start).reading(ReadSide.ALL);
        }
        var actions = new ArrayList<RebalanceAction>();
        if (obeys(MoveRule.QUEUES_STAND_STILL)) {
            Stream.concat(
                            sources().stream().map(Source.Known::host),
                            targets().stream().map(Target.Known::host).filter(reading()::isRead))
                    .forEach(host -> actions.add(new RebalanceAction.StopQueue(move, host)));
        }
        actions.add(new RebalanceAction.QueueDrop(move, leader.get().host()));
        return MoveStep.go(MovePhase.Switching, actions);
    }

    /** In a queue, or carried out already. */
    private boolean isDropQueued() {
        return !sources().isEmpty()
                && sources().stream().anyMatch(source -> source.dropsUpTo().isPresent() || !holdsWhatWasCopied(source));
    }

    private boolean holdsWhatWasCopied(Source.Known source) {
        var checksums = checksums(source.parts());
        return staged().stream().anyMatch(checksums::contains);
    }

    private MoveStep finishSwitch() {
        var holds = new ArrayList<Hold>();
        if (staged().isEmpty() && observed.memory() != Memory.TAKEN) {
            return new MoveStep(MovePhase.Switching, End.NOT_YET, List.of(), withUnknown(List.of(copyIsGone())));
        }
        // Once it was attached, all that the drop takes was looked at: no insert with such a number was under way any
        // more.
        boolean isLookedThrough = observed.memory() == Memory.TAKEN;
        if (!isLookedThrough) {
            lostWithTheirHost().ifPresent(holds::add);
        }
        if (!isLookedThrough && observed.insertsInFlight() && obeys(MoveRule.INSERTS_HAVE_ENDED)) {
            holds.add(new Hold(HoldReason.BeingWritten, move.describe(), "waits for an insert to end"));
        }
        if (!holds.isEmpty()) {
            return MoveStep.stay(MovePhase.Switching, withUnknown(holds));
        }
        var actions = new ArrayList<RebalanceAction>(isLookedThrough ? List.of() : rescues());
        boolean isRescued = actions.isEmpty();
        if (mustBeAttached()) {
            var host = unreadTargets()
                    .filter(target -> target.staged().equals(staged()) && !target.isReadOnly())
                    .findFirst();
            if (host.isEmpty()) {
                return MoveStep.stay(MovePhase.Switching, withUnknown(List.of(copyIsGone())));
            }
            actions.add(new RebalanceAction.AttachPartition(move, host.get().host()));
            // In one go, so that readers see the partition twice for as short a while as can be.
            if (isRescued) {
                awaitVisible().ifPresent(actions::add);
                actions.addAll(startUnreadSources());
            }
            return new MoveStep(MovePhase.Switching, End.NOT_YET, actions, withUnknown(List.of()));
        }
        if (observed.memory() == Memory.FORGOTTEN && !isVisible()) {
            holds.add(undecidable());
        } else if (isRescued && (isVisible() || !obeys(MoveRule.VISIBLE_BEFORE_THE_DROP))) {
            return unreadSources().anyMatch(source -> source.dropsUpTo().isPresent())
                    ? MoveStep.go(MovePhase.Switching, startUnreadSources())
                    : afterTheDrop();
        }
        return new MoveStep(MovePhase.Switching, End.NOT_YET, actions, withUnknown(holds));
    }

    /** Replicas that read the queue late may still have to come to the drop, or do not answer and have their queue stopped. */
    private MoveStep afterTheDrop() {
        boolean isGoneEverywhere =
                observed.source().size() == sources().size() && unreadSources().noneMatch(this::holdsWhatWasCopied);
        boolean isWhole = reading().side().isAll() || unknown().isEmpty();
        if (!isGoneEverywhere || !isWhole) {
            return new MoveStep(MovePhase.Switching, End.NOT_YET, startUnreadSources(), unknown());
        }
        return reading().side().isAll()
                ? MoveStep.go(MovePhase.CleaningUp, startUnreadSources())
                : MoveStep.go(MovePhase.Turning, startUnreadSources())
                        .reading(ReadSide.of(Stream.concat(sourceHosts().stream(), targetHosts().stream())
                                .filter(host -> !reading().isRead(host))
                                .toList()));
    }

    private Optional<RebalanceAction> awaitVisible() {
        return obeys(MoveRule.VISIBLE_BEFORE_THE_DROP)
                ? Optional.of(new RebalanceAction.AwaitVisible(
                        move, unreadTargets().map(Target.Known::host).toList()))
                : Optional.empty();
    }

    private boolean mustBeAttached() {
        return observed.memory() == Memory.NOT_TAKEN
                || observed.memory() == Memory.FORGOTTEN && !obeys(MoveRule.ATTACHED_ONCE) && !isVisible();
    }

    private boolean isVisible() {
        return unreadTargets().findAny().isPresent() && unreadTargets().allMatch(Target.Known::isVisible);
    }

    /** Parts that the drop takes and that were not copied, each on a replica that has it. */
    private List<RebalanceAction> rescues() {
        if (!obeys(MoveRule.LATE_ROWS_ARE_RESCUED)) {
            return List.of();
        }
        var rescues = new ArrayList<RebalanceAction>();
        var seen = new ArrayList<String>();
        // Rather where nobody reads: there, rows that are there twice for a moment are seen by nobody.
        for (var source : Stream.concat(unreadSources(), sources().stream().filter(source -> reading()
                        .isRead(source.host())))
                .toList()) {
            for (var part : latePartsOf(source)) {
                if (!seen.contains(part.name())) {
                    seen.add(part.name());
                    rescues.add(new RebalanceAction.RescuePart(move, source.host(), part.name()));
                }
            }
        }
        return rescues;
    }

    private List<Part> latePartsOf(Source.Known source) {
        if (source.dropsUpTo().isEmpty()) {
            return List.of();
        }
        long last = source.dropsUpTo().getAsLong();
        var copied = new ArrayList<>(staged());
        return source.parts().stream()
                .filter(part -> part.lastBlock() <= last && !copied.remove(part.checksum()))
                .filter(part -> sources().stream().noneMatch(any -> isRescued(part, any, last)))
                .toList();
    }

    private static boolean isRescued(Part late, Source.Known source, long last) {
        return source.parts().stream()
                .anyMatch(part -> part.firstBlock() > last
                        && part.rows() == late.rows()
                        && part.checksum().equals(late.checksum()));
    }

    /** A late part that only a replica has which does not answer. */
    private Optional<Hold> lostWithTheirHost() {
        return sources().stream()
                .filter(source -> source.dropsUpTo().isPresent())
                .flatMap(source -> source.awaited().stream()
                        .filter(name -> PartNames.lastBlock(name, move.partition())
                                <= source.dropsUpTo().getAsLong()))
                .filter(name -> sources().stream().noneMatch(source -> has(source, name)))
                .findFirst()
                .map(name -> new Hold(
                        HoldReason.HostUnreachable,
                        move.describe(),
                        "part " + name + " was written meanwhile, and no replica that answers has it; waits for the"
                                + " other replicas"));
    }

    private boolean has(Source.Known source, String name) {
        long first = PartNames.firstBlock(name, move.partition());
        long last = PartNames.lastBlock(name, move.partition());
        return source.parts().stream().anyMatch(part -> part.firstBlock() <= first && part.lastBlock() >= last);
    }

    private MoveStep cleanUp(MovePhase phase, End end) {
        var actions = new ArrayList<RebalanceAction>();
        // A replica that was away may still have to link what it has in the staging table.
        targets().stream()
                .filter(target -> !target.tables().isEmpty())
                .filter(target -> end == End.GIVEN_UP || target.isCaughtUp())
                .forEach(target -> actions.add(new RebalanceAction.DropMoveTables(move, target.host())));
        var holds = observed.target().stream()
                .flatMap(target -> target instanceof Target.Unknown(var host, var why)
                        ? Stream.of(unreachable(host.name(), why))
                        : Stream.empty())
                .toList();
        boolean isTidy = targets().stream().allMatch(target -> target.tables().isEmpty());
        return isTidy && holds.isEmpty() ? MoveStep.over(phase, end) : new MoveStep(phase, End.NOT_YET, actions, holds);
    }

    private List<RebalanceAction> startUnreadSources() {
        return startQueues(host -> !isTarget(host) && !reading().isRead(host));
    }

    private List<RebalanceAction> startQueues(Predicate<Host> of) {
        return Stream.concat(
                        sources().stream().map(Source.Known::host),
                        targets().stream().map(Target.Known::host))
                .filter(of)
                .<RebalanceAction>map(host -> new RebalanceAction.StartQueue(move, host))
                .toList();
    }

    private boolean isTarget(Host host) {
        return host.shard() == move.to();
    }

    private Hold onlyOneReplica(int shard) {
        return new Hold(
                HoldReason.LastReplicaInService,
                move.describe(),
                "with reads: Exact, readers use one replica of a shard while another changes, and shard " + shard
                        + " does not have two in service that all servers read from. Add a replica, or set"
                        + " reads: Overlap");
    }

    private Optional<Hold> readOnly() {
        return Stream.concat(
                        sources().stream().filter(Source.Known::isReadOnly).map(Source.Known::host),
                        targets().stream().filter(Target.Known::isReadOnly).map(Target.Known::host))
                .findFirst()
                .map(host -> new Hold(
                        HoldReason.CoordinationUnreachable,
                        host.name(),
                        move.table().table() + " takes no writes there; waits until it does"));
    }

    private Optional<Hold> withoutLeader() {
        return sources().stream().anyMatch(Source.Known::isLeader)
                ? Optional.empty()
                : Optional.of(new Hold(
                        HoldReason.PeerNotReady,
                        move.describe(),
                        "waits until shard " + move.from() + " has elected a leader"));
    }

    private Hold copyIsGone() {
        return new Hold(
                HoldReason.LastGoodCopy,
                move.describe(),
                "the copy on shard " + move.to() + " is not to be seen, so the rows on shard " + move.from()
                        + " stay, with replication of the table stopped there; waits for the replicas of shard "
                        + move.to());
    }

    private Hold twice() {
        return new Hold(
                HoldReason.RowsAlreadyPresent,
                move.describe(),
                "both shards have the rows, and those on shard " + move.from()
                        + " changed since they were copied; look, and drop what is there twice");
    }

    private Hold undecidable() {
        return new Hold(
                HoldReason.RowsAlreadyPresent,
                move.describe(),
                "so much was inserted meanwhile that shard " + move.to() + " does not remember whether it took the"
                        + " rows: look, attach " + move.staging() + " if they are missing, and drop it");
    }

    private MoveStep hold(MovePhase phase, HoldReason reason, String message) {
        return MoveStep.stay(phase, List.of(new Hold(reason, move.describe(), message)));
    }

    private List<Hold> withUnknown(List<Hold> holds) {
        return Stream.concat(holds.stream(), unknown().stream()).toList();
    }

    private List<Hold> unknown() {
        return Stream.concat(
                        observed.source().stream()
                                .flatMap(source -> source instanceof Source.Unknown(var host, var why)
                                        ? Stream.of(unreachable(host.name(), why))
                                        : Stream.empty()),
                        observed.target().stream()
                                .flatMap(target -> target instanceof Target.Unknown(var host, var why)
                                        ? Stream.of(unreachable(host.name(), why))
                                        : Stream.empty()))
                .toList();
    }

    private Hold unreachable(String host, String why) {
        return new Hold(
                HoldReason.HostUnreachable, host, "is a replica of a shard that " + move.describe() + " needs: " + why);
    }

    /** What was copied, as the first replica that has it says. */
    private List<String> staged() {
        return targets().stream()
                .map(Target.Known::staged)
                .filter(staged -> !staged.isEmpty())
                .findFirst()
                .orElse(List.of());
    }

    private Reading reading() {
        return wish.reading();
    }

    private List<Host> sourceHosts() {
        return observed.source().stream().map(Source::host).toList();
    }

    private List<Host> targetHosts() {
        return observed.target().stream().map(Target::host).toList();
    }

    /** Those that nobody reads from while the others are read. */
    private Stream<Source.Known> unreadSources() {
        return sources().stream().filter(source -> !reading().isRead(source.host()));
    }

    private Stream<Target.Known> unreadTargets() {
        return targets().stream().filter(target -> !reading().isRead(target.host()));
    }

    private List<Source.Known> sources() {
        return observed.knownSources();
    }

    private List<Target.Known> targets() {
        return observed.knownTargets();
    }

    private boolean obeys(MoveRule rule) {
        return rules.contains(rule);
    }

    private static List<String> checksums(List<Part> parts) {
        return parts.stream().map(Part::checksum).sorted().toList();
    }
}
