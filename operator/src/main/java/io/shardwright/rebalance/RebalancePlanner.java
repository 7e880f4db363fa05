package io.shardwright.rebalance;

import io.shardwright.crds.MovePhase;
import io.shardwright.crds.PlannedMove;
import io.shardwright.crds.RebalancePhase;
import io.shardwright.kube.Hashes;
import io.shardwright.plan.Amounts;
import io.shardwright.plan.Hold;
import io.shardwright.plan.HoldReason;
import io.shardwright.plan.Plan;
import io.shardwright.rebalance.Inventory.Content;
import io.shardwright.rebalance.MoveStepPlanner.Wish;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * Decides what a rebalance does next: the next step of each move that was begun, by {@link MoveStepPlanner}, and which other
 * moves begin, by {@link MovePlanner}, planned anew from what the shards hold now.
 *
 * <p>One partition of a table changes shards at a time: the replication queues that a move stops are the table's.
 */
final class RebalancePlanner {
    /** As many characters of a hash tell moves apart. */
    private static final int ID_LENGTH = 12;

    private final RebalanceIntent intent;
    private final RebalanceObserved observed;
    private final List<CurrentMove> current;
    private final Instant now;
    private final Set<MoveRule> rules;
    private final List<Hold> holds = new ArrayList<>();

    private RebalancePlanner(
            RebalanceIntent intent,
            RebalanceObserved observed,
            List<CurrentMove> current,
            Instant now,
            Set<MoveRule> rules) {
        this.intent = intent;
        this.observed = observed;
        this.current = current;
        this.now = now;
        this.rules = rules;
    }

    /**
     * @param current moves that were begun, as status says
     * @param waitingSince since when only what passes by itself is in the way, as status says
     * @param mayBegin whether a move may begin as far as the bandwidth goes
     */
    static RebalanceDecision plan(
            RebalanceIntent intent,
            RebalanceObserved observed,
            List<CurrentMove> current,
            Optional<Instant> waitingSince,
            boolean mayBegin,
            Instant now) {
        return plan(intent, observed, current, waitingSince, mayBegin, now, MoveRule.ALL);
    }

    /** @param rules those that are obeyed: all, but in tests */
    static RebalanceDecision plan(
            RebalanceIntent intent,
            RebalanceObserved observed,
            List<CurrentMove> current,
            Optional<Instant> waitingSince,
            boolean mayBegin,
            Instant now,
            Set<MoveRule> rules) {
        return new RebalancePlanner(intent, observed, current, now, rules).plan(waitingSince, mayBegin);
    }

    /** The Rebalance is being deleted: what was begun is ended or given up. */
    static RebalanceDecision planRemoval(
            RebalanceIntent intent, RebalanceObserved observed, List<CurrentMove> current, Instant now) {
        return planRemoval(intent, observed, current, now, MoveRule.ALL);
    }

    /** @param rules those that are obeyed: all, but in tests */
    static RebalanceDecision planRemoval(
            RebalanceIntent intent,
            RebalanceObserved observed,
            List<CurrentMove> current,
            Instant now,
            Set<MoveRule> rules) {
        var planner = new RebalancePlanner(intent, observed, current, now, rules);
        if (observed.cluster().isEmpty()) {
            planner.holds.add(planner.clusterMissing());
        }
        return planner.decision(
                RebalancePhase.Paused,
                observed.cluster().isEmpty() ? Map.of() : planner.steps(move -> false),
                List.of(),
                List.of(),
                Optional.empty());
    }

    private RebalanceDecision plan(Optional<Instant> waitingSince, boolean mayBegin) {
        if (observed.cluster().isEmpty()) {
            holds.add(clusterMissing());
            return decision(RebalancePhase.Pending, Map.of(), List.of(), List.of(), Optional.empty());
        }
        boolean goesOn = !intent.isDryRun() && !intent.isPaused();
        var steps = steps(move -> goesOn);
        var inventory = Inventory.of(intent, observed.cluster().get(), observed.hosts(), observed.keyed(), current);
        holds.addAll(inventory.holds());
        var rejection = observed.cluster().get().rejection();
        rejection.ifPresent(why -> holds.add(new Hold(
                HoldReason.ClusterNotAccepted,
                intent.cluster(),
                "the cluster's spec is not accepted, so that no other move is begun: " + why)));
        if (!inventory.isComplete() || rejection.isPresent()) {
            return decision(phase(false), steps, List.of(), List.of(), Optional.of(inventory));
        }
        var moves = movesOf(inventory);
        var shortages = shortages(inventory);
        holds.addAll(shortages);
        boolean isTime = intent.window().map(window -> window.contains(now)).orElse(true);
        observed.ahead()
                .ifPresent(other -> holds.add(
                        new Hold(HoldReason.MoveAhead, intent.name(), "waits until Rebalance " + other + " is over")));
        if (!isTime && goesOn && !moves.isEmpty()) {
            holds.add(new Hold(
                    HoldReason.OutsideWindow,
                    intent.name(),
                    "moves are begun from "
                            + intent.window().get().from() + " to "
                            + intent.window().get().to() + " "
                            + intent.window().get().zone()));
        }
        int begin = goesOn
                        && isTime
                        && mayBegin
                        && !isSwitching()
                        && observed.ahead().isEmpty()
                ? howManyBegin(moves)
                : 0;
        boolean isIdle =
                moves.isEmpty() && current.isEmpty() && observed.ahead().isEmpty();
        var waiting = Optional.of(inventory)
                .filter(any -> isIdle && !intent.isDryRun())
                .flatMap(left -> Waiting.of(left, intent.tolerancePercent(), waitingSince, isTime && goesOn, now));
        var inTheWay = waiting.filter(wait -> !wait.isGivenUp()).map(Waiting::hold);
        inTheWay.ifPresent(holds::add);
        boolean isDone = isIdle && shortages.isEmpty() && inTheWay.isEmpty() && !isHeldUp(inventory);
        return decision(
                phase(isDone),
                steps,
                moves.subList(0, begin),
                moves.subList(begin, moves.size()).stream()
                        .map(RebalancePlanner::planned)
                        .toList(),
                Optional.of(inventory),
                waiting);
    }

    private Hold clusterMissing() {
        return new Hold(HoldReason.ClusterMissing, intent.cluster(), "there is no ClickHouseCluster of this name");
    }

    /** Nothing is known of the room on a shard of which a host does not answer. */
    private List<Hold> shortages(Inventory inventory) {
        if (intent.isPaused() || !inventory.holds().isEmpty()) {
            return List.of();
        }
        return MovePlanner.shortages(
                        inventory.spaces(), List.copyOf(inventory.units().keySet()), intent.tolerancePercent())
                .stream()
                .map(shortage -> new Hold(
                        HoldReason.NotEnoughSpace,
                        "shard " + shortage.shard().shard(),
                        Amounts.bytes(shortage.bytes()) + " should go there, and its fullest replica has room for "
                                + Amounts.bytes(shortage.shard().freeBytes())
                                + ", a tenth of the volume kept free; waits for room"))
                .toList();
    }

    /** What changes shards is on both for a moment: no time to tell which is too full. */
    private boolean isSwitching() {
        return current.stream().anyMatch(CurrentMove::isChangingShards);
    }

    private RebalancePhase phase(boolean isDone) {
        if (intent.isDryRun()) {
            return RebalancePhase.Planned;
        }
        if (isDone) {
            return RebalancePhase.Succeeded;
        }
        return intent.isPaused() ? RebalancePhase.Paused : RebalancePhase.Moving;
    }

    /** A shard that is to be empty and is not keeps the rebalance from being over, whatever the reason. */
    private boolean isHeldUp(Inventory inventory) {
        boolean isDrained = inventory.spaces().stream()
                .filter(ShardSpace::isDrained)
                .allMatch(space -> space.fixedBytes() == 0
                        && inventory.units().keySet().stream().noneMatch(unit -> unit.shard() == space.shard()));
        return !inventory.holds().isEmpty() || !isDrained;
    }

    private Map<String, MoveStep> steps(Predicate<CurrentMove> goesOn) {
        var steps = new TreeMap<String, MoveStep>();
        for (var move : current) {
            var facts = observed.moves().get(move.move().id());
            if (facts != null) {
                boolean isAnother = current.stream().anyMatch(other -> !other.equals(move) && other.isChangingShards());
                boolean isBegunNow =
                        steps.values().stream().anyMatch(step -> CurrentMove.isChangingShards(step.phase()));
                var wish = new Wish(
                        goesOn.test(move),
                        move.attempts(),
                        whyNotSwitch(move, isAnother || isBegunNow),
                        new Reading(intent.isExact(), move.side(), observed.readers()));
                steps.put(move.move().id(), MoveStepPlanner.plan(move.move(), move.phase(), facts, wish, rules));
            }
        }
        return steps;
    }

    /** An import tells by what the table remembers whether it published a partition, and a drop makes the table forget. */
    private Optional<Hold> whyNotSwitch(CurrentMove move, boolean isAnotherSwitching) {
        var publisher = Optional.ofNullable(observed.imports().get(move.move().table()));
        if (publisher.isPresent()) {
            return Optional.of(new Hold(
                    HoldReason.ImportAhead,
                    move.move().describe(),
                    "waits until " + publisher.get() + " is done with the table"));
        }
        return isAnotherSwitching && rules.contains(MoveRule.ONE_SWITCH_AT_A_TIME)
                ? Optional.of(new Hold(
                        HoldReason.MoveAhead,
                        move.move().describe(),
                        "waits until another partition has changed shards"))
                : Optional.empty();
    }

    private List<CurrentMove> movesOf(Inventory inventory) {
        var plan = MovePlanner.plan(
                inventory.spaces(), List.copyOf(inventory.units().keySet()), intent.tolerancePercent());
        var moves = new ArrayList<CurrentMove>();
        for (var relocation : plan) {
            for (var content : inventory.units().get(relocation.unit())) {
                moves.add(move(content, relocation.unit().shard(), relocation.to()));
            }
        }
        return moves;
    }

    private CurrentMove move(Content content, int from, int to) {
        var name = content.name();
        var since = now.truncatedTo(ChronoUnit.SECONDS).toString();
        // One that was given up may have left something of its name.
        var text = String.join(
                "/",
                intent.uid(),
                name.table().database(),
                name.table().table(),
                name.partition(),
                from + ">" + to,
                since);
        var id = Hashes.of(text).substring(0, ID_LENGTH);
        return new CurrentMove(
                new Move(id, name.table(), name.partition(), from, to),
                MovePhase.Copying,
                content.bytes(),
                content.rows(),
                0,
                Mark.NONE,
                since,
                ReadSide.ALL);
    }

    /** Partitions that stay together begin together, even if they are more than may be moved at a time. */
    private int howManyBegin(List<CurrentMove> moves) {
        int begin = Math.min(moves.size(), Math.max(0, intent.concurrency() - current.size()));
        while (begin > 0 && begin < moves.size() && staysWith(moves.get(begin - 1), moves.get(begin))) {
            begin++;
        }
        return begin;
    }

    private boolean staysWith(CurrentMove move, CurrentMove other) {
        return move.move().partition().equals(other.move().partition())
                && move.move().from() == other.move().from()
                && intent.tables()
                        .groupOf(move.move().table())
                        .contains(other.move().table());
    }

    private static PlannedMove planned(CurrentMove move) {
        return new PlannedMove(
                move.move().table().database() + "." + move.move().table().table(),
                move.move().partition(),
                move.move().from(),
                move.move().to(),
                move.bytes(),
                move.rows());
    }

    private RebalanceDecision decision(
            RebalancePhase phase,
            Map<String, MoveStep> steps,
            List<CurrentMove> begun,
            List<PlannedMove> planned,
            Optional<Inventory> inventory) {
        return decision(phase, steps, begun, planned, inventory, Optional.empty());
    }

    private RebalanceDecision decision(
            RebalancePhase phase,
            Map<String, MoveStep> steps,
            List<CurrentMove> begun,
            List<PlannedMove> planned,
            Optional<Inventory> inventory,
            Optional<Waiting> waiting) {
        var actions = new ArrayList<RebalanceAction>();
        steps.values().forEach(step -> {
            actions.addAll(step.actions());
            holds.addAll(step.holds());
        });
        return new RebalanceDecision(
                phase,
                steps,
                begun,
                planned,
                inventory.map(Inventory::leftAlone).orElse(List.of()),
                waiting,
                inventory.map(Inventory::imbalancePercent).orElse(0),
                new Plan<>(actions, holds));
    }
}
