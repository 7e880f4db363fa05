package io.shardwright.rebalance;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;
import io.shardwright.clickhouse.HostSnapshot.TableName;
import io.shardwright.clickhouse.Servers;
import io.shardwright.clickhouse.TableGate;
import io.shardwright.crds.ClickHouseCluster;
import io.shardwright.crds.ImportJob;
import io.shardwright.crds.ImportPhase;
import io.shardwright.crds.MovePhase;
import io.shardwright.crds.Rebalance;
import io.shardwright.crds.RebalancePhase;
import io.shardwright.crds.Table;
import io.shardwright.plan.Parsed;
import io.shardwright.rebalance.MoveObserved.Target;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Looks at what a rebalance needs to know: objects from the caches, and every host. */
final class RebalanceObserver {
    private final HostPartsObserver hosts;
    private final MoveObserver moves;
    private final ReadersObserver readers;
    private final TableGate gate;
    private final String dnsDomain;

    RebalanceObserver(Servers servers, MoveObserver moves, ReadersObserver readers, TableGate gate, String dnsDomain) {
        this.readers = readers;
        this.hosts = new HostPartsObserver(servers);
        this.moves = moves;
        this.gate = gate;
        this.dnsDomain = dnsDomain;
    }

    RebalanceObserved observe(
            RebalanceIntent intent, Rebalance resource, List<CurrentMove> current, Context<Rebalance> context) {
        return observe(intent, resource, current, hosts::observe, context);
    }

    /** Where nothing is begun, what the hosts hold is of no interest. */
    RebalanceObserved observeBegun(
            RebalanceIntent intent, Rebalance resource, List<CurrentMove> current, Context<Rebalance> context) {
        return observe(intent, resource, current, cluster -> List.of(), context);
    }

    private RebalanceObserved observe(
            RebalanceIntent intent,
            Rebalance resource,
            List<CurrentMove> current,
            Function<ClusterFacts, List<HostParts>> look,
            Context<Rebalance> context) {
        var cluster = cluster(intent, context);
        if (cluster.isEmpty()) {
            return new RebalanceObserved(
                    Optional.empty(), List.of(), Set.of(), Map.of(), Map.of(), Optional.empty(), Readers.NOT_ASKED);
        }
        var tables = cache(Table.class, context)
                .list(intent.namespace(), table -> table.getSpec().cluster().equals(intent.cluster()))
                .collect(Collectors.toMap(RebalanceObserver::nameOf, table -> table, (one, other) -> one));
        var parts = look.apply(cluster.get());
        var observed = moves.observe(current, cluster.get());
        return new RebalanceObserved(
                cluster,
                parts,
                tables.entrySet().stream()
                        .filter(entry ->
                                Boolean.TRUE.equals(entry.getValue().getSpec().keyed()))
                        .map(Map.Entry::getKey)
                        .collect(Collectors.toSet()),
                observed,
                enterGates(intent, current, observed, tables, context),
                ahead(resource, context),
                matters(intent, current, observed) ? readers.observe(cluster.get()) : Readers.NOT_ASKED);
    }

    /** Who reads from where matters all along to a move that readers are to see exactly, else to one that is about to switch. */
    private static boolean matters(
            RebalanceIntent intent, List<CurrentMove> current, Map<String, MoveObserved> observed) {
        return current.stream()
                .anyMatch(move -> intent.isExact()
                        || move.phase() == MovePhase.Copying
                                && observed.get(move.move().id()) instanceof MoveObserved facts
                                && isAboutToSwitch(move, facts));
    }

    private Optional<ClusterFacts> cluster(RebalanceIntent intent, Context<Rebalance> context) {
        return cache(ClickHouseCluster.class, context)
                .get(new ResourceID(intent.cluster(), intent.namespace()))
                .flatMap(cluster -> ClusterFacts.of(cluster, dnsDomain));
    }

    /** Moves whose copy is complete are about to change shards, or do: nobody else may attach or drop partitions then. */
    private Map<TableName, String> enterGates(
            RebalanceIntent intent,
            List<CurrentMove> current,
            Map<String, MoveObserved> observed,
            Map<TableName, Table> tables,
            Context<Rebalance> context) {
        var others = new HashMap<TableName, String>();
        for (var move : current) {
            var table = tables.get(move.move().table());
            if (table != null && isAboutToSwitch(move, observed.get(move.move().id()))) {
                publisher(table, context)
                        .or(() -> gate.enter(key(table), nameAtTheGate(intent)))
                        .ifPresent(other -> others.put(move.move().table(), other));
            }
        }
        return others;
    }

    /** After a pass: what no move needs any more is free for others. */
    void leaveGates(
            RebalanceIntent intent, List<CurrentMove> before, List<CurrentMove> after, Context<Rebalance> context) {
        var needed = after.stream().map(move -> move.move().table()).collect(Collectors.toSet());
        before.stream()
                .map(move -> move.move().table())
                .filter(table -> !needed.contains(table))
                .distinct()
                .forEach(table -> cache(Table.class, context)
                        .list(
                                intent.namespace(),
                                one -> one.getSpec().cluster().equals(intent.cluster())
                                        && nameOf(one).equals(table))
                        .forEach(one -> gate.leave(key(one), nameAtTheGate(intent))));
    }

    private static boolean isAboutToSwitch(CurrentMove move, MoveObserved observed) {
        return switch (move.phase()) {
            case Narrowing, Switching -> true;
            case Turning, CleaningUp -> false;
            case Copying ->
                observed.knownTargets().size() == observed.target().size()
                        && observed.knownTargets().stream()
                                .map(Target.Known::staged)
                                .noneMatch(List::isEmpty);
        };
    }

    /** After the operator was started anew, only their status tells who was publishing. */
    private static Optional<String> publisher(Table table, Context<Rebalance> context) {
        return cache(ImportJob.class, context)
                .list(
                        table.getMetadata().getNamespace(),
                        job -> job.getSpec().table().equals(table.getMetadata().getName())
                                && job.getStatus() != null
                                && job.getStatus().phase() == ImportPhase.Publishing)
                .map(job -> "import " + job.getMetadata().getName())
                .sorted()
                .findFirst();
    }

    /** One Rebalance at a time moves partitions of a cluster: the one that has begun, else the oldest. */
    private static Optional<String> ahead(Rebalance resource, Context<Rebalance> context) {
        return context.getPrimaryCache()
                .list(
                        resource.getMetadata().getNamespace(),
                        other -> !other.getMetadata()
                                        .getUid()
                                        .equals(resource.getMetadata().getUid())
                                && other.getSpec()
                                        .cluster()
                                        .equals(resource.getSpec().cluster())
                                && isAhead(other, resource))
                .map(other -> other.getMetadata().getName())
                .sorted()
                .findFirst();
    }

    private static boolean isAhead(Rebalance other, Rebalance resource) {
        if (other.getStatus() != null
                && other.getStatus().current() != null
                && !other.getStatus().current().isEmpty()) {
            return true;
        }
        boolean isActive = !Boolean.TRUE.equals(other.getSpec().dryRun())
                && !Boolean.TRUE.equals(other.getSpec().paused())
                && !other.isMarkedForDeletion()
                && RebalanceParser.parse(other) instanceof Parsed.Accepted
                && (other.getStatus() == null || other.getStatus().phase() != RebalancePhase.Succeeded);
        return isActive && AGE.compare(other, resource) < 0;
    }

    private static final Comparator<Rebalance> AGE = Comparator.comparing(
                    (Rebalance rebalance) -> rebalance.getMetadata().getCreationTimestamp())
            .thenComparing(rebalance -> rebalance.getMetadata().getName());

    private static TableName nameOf(Table table) {
        return new TableName(
                table.getSpec().database(),
                Objects.requireNonNullElse(
                        table.getSpec().name(), table.getMetadata().getName()));
    }

    private static String key(Table table) {
        return table.getMetadata().getNamespace() + "/" + table.getMetadata().getName();
    }

    private static String nameAtTheGate(RebalanceIntent intent) {
        return "rebalance " + intent.name();
    }

    private static <T extends HasMetadata> InformerEventSource<T, Rebalance> cache(
            Class<T> kind, Context<Rebalance> context) {
        if (context.eventSourceRetriever().getEventSourceFor(kind)
                instanceof InformerEventSource<T, Rebalance> informer) {
            return informer;
        }
        throw new IllegalStateException("no cache of " + kind.getSimpleName());
    }
}
