package io.shardwright.scaling;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.shardwright.clickhouse.ClickHouseException;
import io.shardwright.clickhouse.Dialect;
import io.shardwright.clickhouse.Servers;
import io.shardwright.crds.ClickHouseCluster;
import io.shardwright.crds.ClickHouseClusterStatus;
import io.shardwright.crds.LeavingPhase;
import io.shardwright.crds.LeavingShardPhase;
import io.shardwright.crds.Rebalance;
import io.shardwright.crds.RebalancePhase;
import io.shardwright.crds.ScalingStatus;
import io.shardwright.crds.Shard;
import io.shardwright.crds.ShardHostStatus;
import io.shardwright.holdings.OwnRowsObserver;
import io.shardwright.scaling.Replicas.Findings;
import io.shardwright.scaling.ScalingObserved.Answer;
import io.shardwright.scaling.ScalingObserved.Departure;
import io.shardwright.scaling.ScalingObserved.StandingRebalance;
import io.shardwright.topology.ClusterIntent;
import io.shardwright.topology.Host;
import io.shardwright.topology.Labels;
import io.shardwright.topology.VolumeClaims;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Looks at a cluster's Shards; at its servers only while someone leaves. */
final class ScalingObserver {
    private final KubernetesClient client;
    private final Servers servers;
    private final Replicas replicas;
    private final OwnRowsObserver ownRows;

    ScalingObserver(KubernetesClient client, Servers servers, Replicas replicas) {
        this.client = client;
        this.servers = servers;
        this.replicas = replicas;
        this.ownRows = new OwnRowsObserver(servers);
    }

    ScalingObserved observe(
            ClickHouseCluster resource,
            ScalingIntent intent,
            ClusterIntent cluster,
            Map<Host, Instant> quietSince,
            Map<Integer, Instant> quietShardsSince,
            Context<ClickHouseCluster> context) {
        var shards = context.getSecondaryResources(Shard.class);
        var standing = standing(intent, shards);
        var known = hosts(shards);
        var scaling = Optional.ofNullable(resource.getStatus()).map(ClickHouseClusterStatus::scaling);
        var departures = departures(intent, scaling);
        var inService = standing.stream()
                .filter(host -> Optional.ofNullable(known.get(host.name()))
                        .filter(status -> Boolean.TRUE.equals(status.ready()))
                        .isPresent())
                .collect(Collectors.toSet());
        var answers = someoneLeaves(intent, standing, departures) ? ask(standing, known) : Map.<Host, Answer>of();
        var leaving = departures.keySet().stream().filter(standing::contains).toList();
        var findings = each(
                leaving, host -> look(host, standing, inService, departures, answers, Dialect.of(cluster.version())));
        return new ScalingObserved(
                standing,
                departures,
                shardDepartures(scaling),
                inService,
                answers,
                found(findings, Findings::backing),
                found(findings, Findings::registration),
                withoutObjects(departures, standing, cluster),
                quietSince,
                quietShardsSince,
                context.getSecondaryResources(Rebalance.class).stream()
                        .filter(rebalance -> rebalance.getMetadata().getDeletionTimestamp() == null)
                        .map(ScalingObserver::rebalance)
                        .toList(),
                scaling.map(ScalingStatus::balancedShards));
    }

    private static SortedSet<Host> standing(ScalingIntent intent, Collection<Shard> shards) {
        return shards.stream()
                .flatMap(shard -> shard.getSpec().members().stream()
                        .map(replica ->
                                new Host(intent.cluster(), shard.getSpec().index(), replica)))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Map<String, ShardHostStatus> hosts(Collection<Shard> shards) {
        return shards.stream()
                .filter(shard -> shard.getStatus() != null && shard.getStatus().hosts() != null)
                .flatMap(shard -> shard.getStatus().hosts().stream())
                .collect(Collectors.toMap(ShardHostStatus::name, Function.identity(), (one, other) -> one));
    }

    private static SortedMap<Host, Departure<LeavingPhase>> departures(
            ScalingIntent intent, Optional<ScalingStatus> scaling) {
        var departures = new TreeMap<Host, Departure<LeavingPhase>>();
        scaling.stream()
                .flatMap(status -> stream(status.leaving()))
                .forEach(host -> departures.put(
                        new Host(intent.cluster(), host.shard(), host.replica()),
                        new Departure<>(host.phase(), Instant.parse(host.since()))));
        return departures;
    }

    private static SortedMap<Integer, Departure<LeavingShardPhase>> shardDepartures(Optional<ScalingStatus> scaling) {
        var departures = new TreeMap<Integer, Departure<LeavingShardPhase>>();
        scaling.stream()
                .flatMap(status -> stream(status.leavingShards()))
                .forEach(shard ->
                        departures.put(shard.shard(), new Departure<>(shard.phase(), Instant.parse(shard.since()))));
        return departures;
    }

    private static <T> Stream<T> stream(List<T> list) {
        return list == null ? Stream.empty() : list.stream();
    }

    private static boolean someoneLeaves(
            ScalingIntent intent, SortedSet<Host> standing, Map<Host, Departure<LeavingPhase>> departures) {
        return !departures.isEmpty()
                || standing.stream()
                        .anyMatch(host -> host.shard() >= intent.size().shards())
                || standing.stream()
                        .collect(Collectors.groupingBy(Host::shard, Collectors.counting()))
                        .values()
                        .stream()
                        .anyMatch(members -> members > intent.size().replicas());
    }

    private Map<Host, Answer> ask(Collection<Host> hosts, Map<String, ShardHostStatus> known) {
        return each(hosts, host -> {
            var status = known.get(host.name());
            return status == null || status.address() == null ? new Answer.Down() : ask(host);
        });
    }

    private Answer ask(Host host) {
        try {
            var rows = servers.query(host, HostSql.of(host.cluster().name()));
            return HostSql.read(rows, ownRows.among(host, rows));
        } catch (ClickHouseException | IllegalArgumentException e) {
            return new Answer.Unknown(String.valueOf(e.getMessage()));
        }
    }

    /** Only of those that nobody is sent to any more: it is much to ask. */
    private Optional<Findings> look(
            Host host,
            SortedSet<Host> standing,
            Set<Host> inService,
            Map<Host, Departure<LeavingPhase>> departures,
            Map<Host, Answer> answers,
            Dialect dialect) {
        var phase = departures.get(host).phase();
        if (phase != LeavingPhase.Fenced && phase != LeavingPhase.Dropping) {
            return Optional.empty();
        }
        var keepers = standing.stream()
                .filter(other -> other.shard() == host.shard() && !departures.containsKey(other))
                .filter(other -> inService.contains(other) && answers.get(other) instanceof Answer.Said)
                .toList();
        return standing.stream()
                .filter(other -> answers.get(other) instanceof Answer.Said)
                .min(Comparator.comparing((Host other) -> !keepers.contains(other)))
                .map(via -> replicas.look(host, answers.get(host) instanceof Answer.Said, via, keepers, dialect));
    }

    private Set<Host> withoutObjects(
            Map<Host, Departure<LeavingPhase>> departures, SortedSet<Host> standing, ClusterIntent cluster) {
        var gone = new HashSet<Host>();
        departures.forEach((host, departure) -> {
            boolean keepsVolume = cluster.keepVolumes() && departure.phase() != LeavingPhase.Abandoned;
            if (departure.phase().compareTo(LeavingPhase.Released) >= 0
                    && !standing.contains(host)
                    && !hasObjects(host, keepsVolume)) {
                gone.add(host);
            }
        });
        return gone;
    }

    /** Nothing of it is cached any more, and it is asked for only while hosts go. */
    private boolean hasObjects(Host host, boolean keepsVolume) {
        var namespace = host.cluster().namespace();
        return client.apps()
                                .statefulSets()
                                .inNamespace(namespace)
                                .withName(host.name())
                                .get()
                        != null
                || client.pods().inNamespace(namespace).withName(host.podName()).get() != null
                || !keepsVolume
                        && client.persistentVolumeClaims()
                                        .inNamespace(namespace)
                                        .withName(VolumeClaims.nameOf(host))
                                        .get()
                                != null
                || client.resources(Shard.class)
                                        .inNamespace(namespace)
                                        .withName(host.cluster().shardName(host.shard()))
                                        .get()
                                instanceof Shard shard
                        && shard.getMetadata().getDeletionTimestamp() != null;
    }

    private static StandingRebalance rebalance(Rebalance rebalance) {
        var drain = rebalance.getSpec().drain();
        boolean isOver = rebalance.getStatus() != null
                && rebalance.getStatus().phase() == RebalancePhase.Succeeded
                && rebalance
                        .getMetadata()
                        .getGeneration()
                        .equals(rebalance.getStatus().observedGeneration());
        return new StandingRebalance(
                rebalance.getMetadata().getName(), drain == null ? Set.of() : Set.copyOf(drain), isOver);
    }

    private static <T> Map<Host, T> each(Collection<Host> hosts, Function<Host, T> look) {
        if (hosts.isEmpty()) {
            return Map.of();
        }
        var found = new ConcurrentHashMap<Host, T>();
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            hosts.forEach(host -> executor.execute(() -> found.put(host, look.apply(host))));
        }
        return new HashMap<>(found);
    }

    private static <T> Map<Host, T> found(Map<Host, Optional<Findings>> findings, Function<Findings, T> what) {
        var found = new HashMap<Host, T>();
        findings.forEach((host, some) -> some.map(what).ifPresent(one -> found.put(host, one)));
        return found;
    }

    static String labels() {
        return Labels.MANAGED_BY + "=" + Labels.OPERATOR;
    }
}
