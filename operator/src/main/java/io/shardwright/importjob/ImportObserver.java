package io.shardwright.importjob;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;
import io.shardwright.clickhouse.Dialect;
import io.shardwright.clickhouse.TableGate;
import io.shardwright.crds.ClickHouseCluster;
import io.shardwright.crds.ImportJob;
import io.shardwright.crds.ImportJobStatus;
import io.shardwright.crds.ImportPhase;
import io.shardwright.crds.MovePhase;
import io.shardwright.crds.Rebalance;
import io.shardwright.crds.Shard;
import io.shardwright.crds.Table;
import io.shardwright.crds.TableSpec;
import io.shardwright.importjob.ImportObserved.Begun;
import io.shardwright.importjob.ImportObserved.ShardStaging;
import io.shardwright.importjob.ImportObserved.Target;
import io.shardwright.importjob.ImportObserved.Worker;
import io.shardwright.importspec.ImportJson;
import io.shardwright.importspec.ImportSpec;
import io.shardwright.topology.ClusterIntent.PodAdditions;
import io.shardwright.topology.ClusterRef;
import io.shardwright.topology.Labels;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Looks at what stands of an import: objects from the caches, tables on the servers only when they matter. */
final class ImportObserver {
    private final TargetObserver targets;
    private final StagingObserver staging;
    private final ProgressClient progress;
    private final TableGate gate;
    private final String dnsDomain;

    ImportObserver(
            TargetObserver targets,
            StagingObserver staging,
            ProgressClient progress,
            TableGate gate,
            String dnsDomain) {
        this.targets = targets;
        this.staging = staging;
        this.progress = progress;
        this.gate = gate;
        this.dnsDomain = dnsDomain;
    }

    ImportObserved observe(ImportIntent intent, ImportJob resource, Context<ImportJob> context) {
        var status = Optional.ofNullable(resource.getStatus());
        var phase = status.map(ImportJobStatus::phase).orElse(ImportPhase.Pending);
        boolean isOver = phase == ImportPhase.Succeeded || phase == ImportPhase.Failed;
        if (isOver && status.map(ImportJobStatus::staging).orElse(List.of()).isEmpty()) {
            return new ImportObserved(
                    phase,
                    true,
                    new Target.NotAsked(),
                    Optional.empty(),
                    new Worker.Absent(),
                    List.of(),
                    Optional.empty());
        }
        var begun = begun(intent, context);
        // Before the tables are looked at: once no worker is left, no table is added.
        var worker = worker(context);
        boolean isLoading = phase == ImportPhase.Pending || phase == ImportPhase.Loading;
        // Before the staging is looked at: what is seen then stays true until this import has published.
        var publisher =
                isLoading && worker instanceof Worker.Done ? publisher(intent, context) : Optional.<String>empty();
        return new ImportObserved(
                phase,
                false,
                begun.isEmpty() && isLoading ? target(intent, context) : new Target.NotAsked(),
                begun,
                worker,
                begun.filter(one -> !one.clusterGone())
                        .map(one -> shards(one, worker, phase, resource.isMarkedForDeletion()))
                        .orElse(List.of()),
                publisher);
    }

    private List<ShardStaging> shards(Begun begun, Worker worker, ImportPhase phase, boolean deleting) {
        boolean publishes = phase == ImportPhase.Publishing
                || worker instanceof Worker.Done
                        && !deleting
                        && (phase == ImportPhase.Pending || phase == ImportPhase.Loading);
        if (publishes) {
            return staging.observe(begun);
        }
        boolean removes = deleting
                || phase == ImportPhase.Succeeded
                || phase == ImportPhase.Failed
                || worker instanceof Worker.ReportLost;
        return removes ? staging.observeTables(begun) : List.of();
    }

    private Optional<Begun> begun(ImportIntent intent, Context<ImportJob> context) {
        return context.getSecondaryResources(ConfigMap.class).stream()
                .filter(config -> config.getMetadata().getName().equals(ImportResources.name(intent)))
                .findFirst()
                .map(config -> {
                    var name = config.getMetadata().getLabels().get(Labels.CLUSTER);
                    var cluster = cluster(intent, name, context);
                    return new Begun(
                            ImportJson.read(config.getData().get(ImportResources.SPEC_KEY), ImportSpec.class),
                            new ClusterRef(intent.namespace(), name, dnsDomain),
                            Dialect.of(
                                    cluster.map(one -> one.getSpec().version()).orElse("18.16.1")),
                            cluster.map(one -> PodAdditions.of(one.getSpec().template())
                                            .imagePullSecrets())
                                    .orElse(List.of()),
                            cluster.isEmpty() || cluster.get().isMarkedForDeletion());
                });
    }

    private Worker worker(Context<ImportJob> context) {
        var job = context.getSecondaryResources(Job.class).stream().findFirst();
        var pods = List.copyOf(context.getSecondaryResources(Pod.class));
        var worker = WorkerState.of(job, pods);
        return worker instanceof Worker.Running running
                ? new Worker.Running(WorkerState.addressOf(pods).flatMap(progress::progressOf), running.trouble())
                : worker;
    }

    private Target target(ImportIntent intent, Context<ImportJob> context) {
        return targets.observe(
                intent,
                cached(Table.class, new ResourceID(intent.table(), intent.namespace()), context),
                name -> cluster(intent, name, context),
                name -> shardsOf(intent, name, context));
    }

    /** After the operator was started anew, only their status tells who was publishing. */
    private Optional<String> publisher(ImportIntent intent, Context<ImportJob> context) {
        return context.getPrimaryCache()
                .list(
                        intent.namespace(),
                        other -> !other.getMetadata().getName().equals(intent.name())
                                && other.getSpec().table().equals(intent.table())
                                && other.getStatus() != null
                                && other.getStatus().phase() == ImportPhase.Publishing)
                .map(other -> nameAtTheGate(other.getMetadata().getName()))
                .sorted()
                .findFirst()
                .or(() -> switching(intent, context))
                .or(() -> gate.enter(intent.namespace() + "/" + intent.table(), nameAtTheGate(intent.name())));
    }

    static String nameAtTheGate(String importJob) {
        return "import " + importJob;
    }

    /** A Rebalance that lets a partition of the table change shards. */
    private static Optional<String> switching(ImportIntent intent, Context<ImportJob> context) {
        return cached(Table.class, new ResourceID(intent.table(), intent.namespace()), context)
                .flatMap(table -> cache(Rebalance.class, context)
                        .list(intent.namespace(), rebalance -> isSwitching(rebalance, table.getSpec(), intent))
                        .map(rebalance -> "rebalance " + rebalance.getMetadata().getName())
                        .sorted()
                        .findFirst());
    }

    private static boolean isSwitching(Rebalance rebalance, TableSpec table, ImportIntent intent) {
        return rebalance.getSpec().cluster().equals(table.cluster())
                && rebalance.getStatus() != null
                && rebalance.getStatus().current() != null
                && rebalance.getStatus().current().stream()
                        .anyMatch(move -> move.phase() == MovePhase.Switching
                                && move.database().equals(table.database())
                                && move.table().equals(Objects.requireNonNullElse(table.name(), intent.table())));
    }

    private static Optional<ClickHouseCluster> cluster(ImportIntent intent, String name, Context<ImportJob> context) {
        return cached(ClickHouseCluster.class, new ResourceID(name, intent.namespace()), context);
    }

    private static Map<Integer, Shard> shardsOf(ImportIntent intent, String cluster, Context<ImportJob> context) {
        return cache(Shard.class, context)
                .list(
                        intent.namespace(),
                        shard -> cluster.equals(shard.getSpec().cluster()))
                .collect(Collectors.toMap(shard -> shard.getSpec().index(), Function.identity()));
    }

    private static <T extends HasMetadata> Optional<T> cached(
            Class<T> kind, ResourceID id, Context<ImportJob> context) {
        return cache(kind, context).get(id);
    }

    private static <T extends HasMetadata> InformerEventSource<T, ImportJob> cache(
            Class<T> kind, Context<ImportJob> context) {
        if (context.eventSourceRetriever().getEventSourceFor(kind)
                instanceof InformerEventSource<T, ImportJob> informer) {
            return informer;
        }
        throw new IllegalStateException("no cache of " + kind.getSimpleName());
    }
}
