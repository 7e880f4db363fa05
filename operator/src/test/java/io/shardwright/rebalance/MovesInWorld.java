package io.shardwright.rebalance;

import io.shardwright.crds.MovePhase;
import io.shardwright.plan.Outcome;
import io.shardwright.rebalance.MoveObserved.Copy;
import io.shardwright.rebalance.MoveObserved.Memory;
import io.shardwright.rebalance.MoveObserved.Part;
import io.shardwright.rebalance.MoveObserved.Source;
import io.shardwright.rebalance.MoveObserved.Target;
import io.shardwright.simulation.Parts;
import io.shardwright.simulation.Replication;
import io.shardwright.simulation.World;
import io.shardwright.simulation.World.Server;
import io.shardwright.topology.Host;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.IntStream;

/** What moves see and do in a {@link World}. Statements may run late, or run and be said to have failed. */
final class MovesInWorld {
    private static final List<String> CHECKSUMS =
            IntStream.range(0, Long.SIZE).mapToObj(row -> "row " + (10 + row)).toList();

    private final World world;
    private final Replication replication;
    private final Parts parts;
    private final List<Late> late = new ArrayList<>();

    /** Hosts that did not answer when the move was looked at last. */
    private Set<Host> silent = Set.of();

    private ClusterFacts facts;

    MovesInWorld(World world) {
        this.world = world;
        this.replication = world.replication;
        this.parts = world.replication.parts();
    }

    /** A statement that a server goes on with, though nobody waits for its answer. */
    private record Late(Host host, int container, String move, RebalanceAction action) {}

    Map<String, MoveObserved> observe(List<CurrentMove> moves, ClusterFacts cluster, Set<Host> notAnswering) {
        silent = notAnswering;
        facts = cluster;
        var observed = new HashMap<String, MoveObserved>();
        moves.forEach(move -> observed.put(move.move().id(), observe(move)));
        return observed;
    }

    private MoveObserved observe(CurrentMove current) {
        var move = current.move();
        int partition = Integer.parseInt(move.partition());
        var source = facts.hostsOf(move.from()).stream()
                .map(host -> source(host, move, partition))
                .toList();
        var upTo = source.stream()
                .flatMap(one -> one instanceof Source.Known known
                        ? Optional.of(known).stream()
                        : Optional.<Source.Known>empty().stream())
                .map(Source.Known::dropsUpTo)
                .filter(OptionalLong::isPresent)
                .mapToLong(OptionalLong::getAsLong)
                .findFirst();
        long taken = facts.hostsOf(move.to()).stream()
                .filter(this::canTell)
                .mapToLong(host -> taken(host, move))
                .findFirst()
                .orElse(0);
        return new MoveObserved(
                source,
                facts.hostsOf(move.to()).stream()
                        .map(host -> target(host, move, taken))
                        .toList(),
                Copy.NONE,
                memory(current, taken),
                new Mark(replication.of(move.to()).memories, world.now),
                upTo.isPresent() && replication.isInsertInFlight(move.from(), partition, upTo.getAsLong()));
    }

    private boolean canTell(Host host) {
        return !silent.contains(host)
                && world.coordinationUp
                && world.server(host).tables
                && world.server(host).registered;
    }

    private Memory memory(CurrentMove current, long taken) {
        var move = current.move();
        if (taken != 0) {
            return Memory.TAKEN;
        }
        boolean someoneTells = facts.hostsOf(move.to()).stream()
                .anyMatch(host -> canTell(host) && world.server(host).staged.containsKey(move.id()));
        boolean reachesBack = current.phase() != MovePhase.Switching
                || replication.of(move.to()).memories - current.mark().last() < Replication.MEMORY;
        return reachesBack || !someoneTells ? Memory.NOT_TAKEN : Memory.FORGOTTEN;
    }

    /** Parts that were attached for what is staged. */
    private long taken(Host host, Move move) {
        return parts.takenFor(host.shard(), world.server(host).staged.getOrDefault(move.id(), 0L));
    }

    private Source source(Host host, Move move, int partition) {
        var server = world.server(host);
        if (!canTell(host)) {
            return new Source.Unknown(host, "no answer");
        }
        var held = new ArrayList<Part>();
        for (long left = parts.of(server.parts, partition); left != 0; left &= left - 1) {
            held.add(part(Long.lowestOneBit(left), partition));
        }
        var awaited = new ArrayList<String>();
        for (long left = replication.awaited(host, partition); left != 0; left &= left - 1) {
            awaited.add(name(Long.lowestOneBit(left), partition));
        }
        return new Source.Known(
                host,
                server.read == replication.of(host.shard()).drops.size() && isIdle(host, move),
                true,
                false,
                held,
                awaited,
                dropsUpTo(server, host.shard(), partition));
    }

    private OptionalLong dropsUpTo(Server server, int shard, int partition) {
        return replication.of(shard).drops.subList(server.done, server.read).stream()
                .filter(drop -> drop.partition() == partition)
                .mapToLong(Parts.Drop::upTo)
                .max();
    }

    private Part part(long part, int partition) {
        return new Part(
                name(part, partition), parts.number(part), parts.number(part), 1, CHECKSUMS.get(parts.row(part)));
    }

    private String name(long part, int partition) {
        return partition + "_" + parts.number(part) + "_" + parts.number(part) + "_0";
    }

    private boolean isIdle(Host host, Move move) {
        return late.stream()
                .noneMatch(statement ->
                        statement.host().equals(host) && statement.move().equals(move.id()));
    }

    private Target target(Host host, Move move, long taken) {
        var server = world.server(host);
        if (!canTell(host)) {
            return new Target.Unknown(host, "no answer");
        }
        var staged = new ArrayList<String>();
        for (long left = server.staged.getOrDefault(move.id(), 0L); left != 0; left &= left - 1) {
            staged.add(CHECKSUMS.get(Long.numberOfTrailingZeros(left)));
        }
        return new Target.Known(
                host,
                false,
                server.staged.containsKey(move.id()) ? List.of(move.staging()) : List.of(),
                staged,
                isVisible(server, taken),
                replication.awaited(host, Integer.parseInt(move.partition())) == 0,
                !isIdle(host, move));
    }

    private static boolean isVisible(Server server, long taken) {
        return taken != 0 && (taken & ~server.parts) == 0;
    }

    // ------------------------------------------------------------------ doing

    Outcome<RebalanceAction> execute(RebalanceAction action, boolean disturbed) {
        if (action instanceof RebalanceAction.AwaitVisible(var move, var hosts)) {
            return hosts.stream().allMatch(host -> canTell(host) && isVisible(world.server(host), taken(host, move)))
                    ? new Outcome.Done<>(action)
                    : new Outcome.Failed<>(action, "not yet", true);
        }
        var host = hostOf(action);
        var server = world.server(host);
        if (!server.running || server.hidden || !server.reachable) {
            return new Outcome.Failed<>(action, "away", true);
        }
        checkPromises(action, host);
        if (disturbed && world.chance(15)) {
            late.add(new Late(host, server.container, action.move().id(), action));
            return new Outcome.Failed<>(action, "no answer", true);
        }
        boolean isDone = run(action, host);
        return !isDone || disturbed && world.chance(15)
                ? new Outcome.Failed<>(action, "no answer", true)
                : new Outcome.Done<>(action);
    }

    /** What was begun ends, unless its server did. */
    void runLate(boolean all) {
        late.removeIf(statement -> {
            var server = world.server(statement.host());
            if (!server.running || server.container != statement.container()) {
                return true;
            }
            if (!all && world.chance(2)) {
                return false;
            }
            run(statement.action(), statement.host());
            return true;
        });
    }

    private static Host hostOf(RebalanceAction action) {
        return switch (action) {
            case RebalanceAction.CopyPartition copy -> copy.host();
            case RebalanceAction.StopQueue stop -> stop.host();
            case RebalanceAction.QueueDrop drop -> drop.host();
            case RebalanceAction.RescuePart rescue -> rescue.host();
            case RebalanceAction.AttachPartition attach -> attach.host();
            case RebalanceAction.AwaitVisible await -> await.hosts().getFirst();
            case RebalanceAction.StartQueue start -> start.host();
            case RebalanceAction.DropMoveTables drop -> drop.host();
        };
    }

    private boolean run(RebalanceAction action, Host host) {
        var move = action.move();
        var server = world.server(host);
        boolean writes = !(action instanceof RebalanceAction.StopQueue)
                && !(action instanceof RebalanceAction.StartQueue)
                && !(action instanceof RebalanceAction.DropMoveTables);
        if (writes && !server.isActive(world)) {
            return false;
        }
        switch (action) {
            case RebalanceAction.CopyPartition copy -> {
                return copy(copy);
            }
            case RebalanceAction.StopQueue stop -> server.stopped = true;
            case RebalanceAction.QueueDrop drop ->
                replication.queueDrop(move.from(), Integer.parseInt(move.partition()));
            case RebalanceAction.RescuePart rescue ->
                replication.rescue(host, PartNames.firstBlock(rescue.part(), move.partition()));
            case RebalanceAction.AttachPartition attach -> replication.attach(host, move.id());
            case RebalanceAction.AwaitVisible await -> {}
            case RebalanceAction.StartQueue start -> server.stopped = false;
            case RebalanceAction.DropMoveTables drop -> server.staged.remove(move.id());
        }
        return true;
    }

    /** From scratch, of what some replica of the source has. It may break off. */
    private boolean copy(RebalanceAction.CopyPartition copy) {
        var move = copy.move();
        if (!copy.replicas().stream().allMatch(host -> world.server(host).isActive(world))) {
            return false;
        }
        copy.replicas().forEach(host -> world.server(host).staged.put(move.id(), 0L));
        world.any(world.hostsOf(move.from()).stream()
                        .filter(host -> world.server(host).isActive(world))
                        .toList())
                .ifPresent(from -> world.server(copy.host())
                        .staged
                        .put(
                                move.id(),
                                parts.rowsOf(parts.of(world.server(from).parts, Integer.parseInt(move.partition())))));
        return true;
    }

    // ------------------------------------------------------------------ promises

    private void checkPromises(RebalanceAction action, Host host) {
        switch (action) {
            case RebalanceAction.QueueDrop drop -> requireCopies(drop.move());
            case RebalanceAction.StartQueue start -> requireVisible(start.move(), host);
            default -> {}
        }
    }

    /** Before anything irreversible, every replica of the target has what any has. */
    private void requireCopies(Move move) {
        long staged = 0;
        var replicas = world.hostsOf(move.to()).stream()
                .filter(host -> !world.told.isGoing(host) && !world.seen.isGoing(host))
                .map(world::server)
                .filter(server -> server.tables && server.registered && server.claim)
                .toList();
        for (var server : replicas) {
            staged |= server.staged.getOrDefault(move.id(), 0L);
        }
        for (var server : replicas) {
            world.require(
                    server.staged.getOrDefault(move.id(), 0L) == staged,
                    move.describe() + " is dropped while a replica lacks the copy");
        }
    }

    /** Whatever a drop takes once the queue runs is seen on every replica of the target that answers, or is written once more. */
    private void requireVisible(Move move, Host host) {
        long rows = parts.rowsOf(replication.toBeDropped(host) & world.server(host).parts);
        if (rows == 0) {
            return;
        }
        long above = 0;
        for (var other : world.hostsOf(host.shard())) {
            above |= world.server(other).parts & ~replication.toBeDropped(other);
        }
        for (var target : world.hostsOf(move.to())) {
            var server = world.server(target);
            if (server.inService() && !silent.contains(target) && server.isActive(world)) {
                world.require(
                        (rows & ~parts.rowsOf(above | server.parts)) == 0,
                        move.describe() + " goes while readers miss it on " + target.name());
            }
        }
    }
}
