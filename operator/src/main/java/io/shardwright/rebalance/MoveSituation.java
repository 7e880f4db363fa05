package io.shardwright.rebalance;

import io.shardwright.plan.Hold;
import io.shardwright.plan.HoldReason;
import io.shardwright.rebalance.MoveObserved.Source;
import io.shardwright.rebalance.MoveObserved.Target;
import io.shardwright.rebalance.MoveStepPlanner.Wish;
import io.shardwright.topology.Host;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** What stands of a move, and what is wanted of it, as the planners of its phases ask for it. */
record MoveSituation(Move move, MoveObserved observed, Wish wish, Set<MoveRule> rules) {
    /** Replicas of either shard of which nothing is known. */
    List<Hold> unknown() {
        var unknownSources = observed.source().stream()
                .flatMap(source -> source instanceof Source.Unknown(var host, var why)
                        ? Stream.of(unreachable(host, why))
                        : Stream.empty());
        return Stream.concat(unknownSources, unknownTargets().stream()).toList();
    }

    List<Hold> unknownTargets() {
        return observed.target().stream()
                .flatMap(target -> target instanceof Target.Unknown(var host, var why)
                        ? Stream.of(unreachable(host, why))
                        : Stream.empty())
                .toList();
    }

    private Hold unreachable(Host host, String why) {
        return new Hold(
                HoldReason.HostUnreachable,
                host.name(),
                "is a replica of a shard that " + move.describe() + " needs: " + why);
    }

    List<Source.Known> sources() {
        return observed.knownSources();
    }

    List<Target.Known> targets() {
        return observed.knownTargets();
    }

    Reading reading() {
        return wish.reading();
    }

    List<Host> sourceHosts() {
        return observed.source().stream().map(Source::host).toList();
    }

    List<Host> targetHosts() {
        return observed.target().stream().map(Target::host).toList();
    }

    /** Those that nobody reads from while the others are read. */
    Stream<Source.Known> unreadSources() {
        return sources().stream().filter(source -> !reading().isRead(source.host()));
    }

    Stream<Target.Known> unreadTargets() {
        return targets().stream().filter(target -> !reading().isRead(target.host()));
    }

    boolean obeys(MoveRule rule) {
        return rules.contains(rule);
    }

    /** What was copied, as the first replica that has it says. */
    List<String> staged() {
        return targets().stream()
                .map(Target.Known::staged)
                .filter(staged -> !staged.isEmpty())
                .findFirst()
                .orElse(List.of());
    }

    /** Safety: compared on every replica, and byte by byte. */
    boolean isCopied() {
        if (sources().isEmpty() || targets().isEmpty()) {
            return false;
        }
        var expected = sources().getFirst().checksums();
        return obeys(MoveRule.EVERY_REPLICA_HAS_THE_COPY)
                ? targets().stream().allMatch(target -> target.staged().equals(expected))
                : targets().stream().anyMatch(target -> target.staged().equals(expected));
    }

    boolean replicasAgree() {
        return sources().stream().map(Source.Known::checksums).distinct().count() <= 1;
    }

    Optional<Hold> readOnly() {
        return Stream.concat(
                        sources().stream().filter(Source.Known::isReadOnly).map(Source.Known::host),
                        targets().stream().filter(Target.Known::isReadOnly).map(Target.Known::host))
                .findFirst()
                .map(host -> new Hold(
                        HoldReason.CoordinationUnreachable,
                        host.name(),
                        move.table().table() + " takes no writes there; waits until it does"));
    }

    /** Statements of the move that do not end, and that every later one about the same table waits behind. */
    List<Hold> hanging() {
        return targets().stream()
                .flatMap(target -> target.hanging().stream()
                        .map(what -> new Hold(
                                HoldReason.CopyFailed,
                                target.host().name(),
                                "runs " + what
                                        + ", which does not end, and others about that table wait behind it: restart"
                                        + " the server, kubectl delete pod "
                                        + target.host().podName())))
                .toList();
    }

    List<RebalanceAction> startQueues(Predicate<Host> of) {
        return Stream.concat(
                        sources().stream().map(Source.Known::host),
                        targets().stream().map(Target.Known::host))
                .filter(of)
                .<RebalanceAction>map(host -> new RebalanceAction.StartQueue(move, host))
                .toList();
    }

    boolean isTarget(Host host) {
        return host.shard() == move.to();
    }

    Optional<Hold> elsewhere() {
        return obeys(MoveRule.CHANGES_BEHIND_READERS)
                ? reading().elsewhere(sourceHosts(), targetHosts())
                : Optional.empty();
    }

    boolean holdsWhatWasCopied(Source.Known source) {
        var checksums = source.checksums();
        return staged().stream().anyMatch(checksums::contains);
    }
}
