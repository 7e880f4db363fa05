package io.shardwright.replacement;

import io.fabric8.kubernetes.api.model.Pod;
import io.shardwright.clickhouse.ClickHouseException;
import io.shardwright.clickhouse.Servers;
import io.shardwright.crds.FetchLimitStatus;
import io.shardwright.crds.ReplacementPhase;
import io.shardwright.crds.ReplacementStatus;
import io.shardwright.crds.UnrestoredStatus;
import io.shardwright.holdings.ContentsSql;
import io.shardwright.holdings.HostContents;
import io.shardwright.holdings.OwnRowsObserver;
import io.shardwright.holdings.QuietSpell;
import io.shardwright.holdings.Registration;
import io.shardwright.holdings.RegistryObserver;
import io.shardwright.replacement.ReplacementObserved.Answer;
import io.shardwright.replacement.ReplacementObserved.Before;
import io.shardwright.replacement.ReplacementObserved.PodView;
import io.shardwright.replacement.ReplacementObserved.Recorded;
import io.shardwright.replacement.ReplacementObserved.Refusal;
import io.shardwright.replacement.ReplacementObserved.Volume;
import io.shardwright.topology.ClusterIntent;
import io.shardwright.topology.Host;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Looks at a shard's hosts, no further than is needed: pods from the cache; servers only while some host does not serve or is to
 * be replaced; the coordination, volumes and other shards only for hosts in trouble.
 */
final class ReplacementObserver {
    /** A pod that is not up by then may have trouble with its volume. */
    private static final Duration STARTS_WITHIN = Duration.ofSeconds(5);

    private final Servers servers;
    private final RegistryObserver registry;
    private final OwnRowsObserver ownRows;
    private final Function<Host, Volume> volumes;
    private final Predicate<String> isUp;
    private final Predicate<ClusterIntent> isUsable;

    /**
     * @param isUp whether a server answers at an address
     * @param isUsable whether servers may be sent to a cluster's ensemble
     */
    ReplacementObserver(
            Servers servers,
            Function<Host, Volume> volumes,
            Predicate<String> isUp,
            Predicate<ClusterIntent> isUsable) {
        this.servers = servers;
        this.isUp = isUp;
        this.isUsable = isUsable;
        this.registry = new RegistryObserver(servers);
        this.ownRows = new OwnRowsObserver(servers);
        this.volumes = volumes;
    }

    /** @param podsOfCluster by name */
    ReplacementObserved observe(
            ReplacementIntent intent, ReplacementStatus status, Map<String, Pod> podsOfCluster, Instant now) {
        var pods = withThoseHeard(pods(intent.hosts(), podsOfCluster, now));
        var before = before(intent, status);
        var recorded = recorded(status);
        boolean isQuiet = intent.leaving().isEmpty()
                && intent.hosts().stream()
                        .allMatch(host -> pods.containsKey(host)
                                && pods.get(host).ready()
                                && pods.get(host).isInService()
                                && before.getOrDefault(host, Before.NOTHING).isSettled()
                                && !isAsked(host, intent, recorded));
        var unasked = ReplacementObserved.unasked(pods, before, recorded);
        if (isQuiet) {
            return unasked;
        }
        var answers = each(answering(pods), host -> ask(host, intent));
        var asked = unasked.asked(
                answers,
                elsewhere(intent, pods, answers, podsOfCluster, now),
                each(inTrouble(intent, pods, answers, before, recorded, now), volumes));
        return withDetails(intent, asked, podsOfCluster, now);
    }

    private ReplacementObserved withDetails(
            ReplacementIntent intent, ReplacementObserved asked, Map<String, Pod> podsOfCluster, Instant now) {
        var suspects = intent.hosts().stream()
                .filter(host -> asked.volumes().containsKey(host) && !asked.isInService(host)
                        || intent.requestFor(host).isPresent()
                        || asked.isInService(host) && !asked.before(host).isSettled()
                        || asked.contents(host).isPresent() && lacksTables(host, intent, asked))
                .toList();
        var unread = intent.hosts().stream()
                .filter(host ->
                        asked.before(host).isIncomplete() && !asked.before(host).is(ReplacementPhase.CatchingUp))
                .toList();
        var askedFor = intent.hosts().stream()
                .filter(host -> isAsked(host, intent, asked.recorded()))
                .toList();
        return asked.detailed(
                each(suspects, host -> registration(host, intent, asked)),
                unread.isEmpty() ? List.of() : listings(intent, asked, podsOfCluster, now),
                ownRows(askedFor, asked),
                askedFor.isEmpty() ? Set.of() : unservedShards(intent, asked, podsOfCluster, now));
    }

    /** Only what could matter: a host that has all that its peers have is not looked up. */
    private static boolean lacksTables(Host host, ReplacementIntent intent, ReplacementObserved asked) {
        var contents = asked.contents(host).orElseThrow();
        return !asked.isInService(host)
                && (contents.isEmpty()
                        || Stream.concat(
                                        intent.hosts().stream()
                                                .filter(other -> !other.equals(host))
                                                .flatMap(other -> asked.contents(other).stream()),
                                        asked.schemaElsewhere().stream())
                                .anyMatch(other -> Reference.of(List.of(other))
                                        .without(contents, intent.dialect())
                                        .hasReplicated()));
    }

    private Registration registration(Host host, ReplacementIntent intent, ReplacementObserved asked) {
        if (!isUsable.test(intent.cluster())) {
            return new Registration.Unknown("it is starting, or not prepared yet");
        }
        var peers = intent.hosts().stream().filter(other -> !other.equals(host)).toList();
        return Stream.concat(peers.stream(), Stream.of(host))
                .filter(via -> asked.contents(via).isPresent())
                .min((one, other) -> Boolean.compare(asked.isInService(other), asked.isInService(one)))
                .map(via -> registry.ask(host, asked.contents(host), via, peers))
                .orElseGet(() -> new Registration.Unknown("no server of the shard answers"));
    }

    private static Map<Host, PodView> pods(Collection<Host> hosts, Map<String, Pod> pods, Instant now) {
        return hosts.stream()
                .filter(host -> pods.containsKey(host.podName()))
                .collect(Collectors.toMap(
                        Function.identity(), host -> PodViews.of(pods.get(host.podName()), pods.values(), now)));
    }

    /**
     * The kubelet finds out by its probes, and then takes another second to see that a gate was opened. One that was opened
     * before costs no time.
     */
    private Map<Host, PodView> withThoseHeard(Map<Host, PodView> pods) {
        var started = pods.keySet().stream()
                .filter(host -> pods.get(host).justStarted().isPresent())
                .toList();
        var heard = each(started, host -> isUp.test(pods.get(host).justStarted().orElseThrow()));
        return pods.entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey,
                        pod -> heard.getOrDefault(pod.getKey(), false)
                                ? pod.getValue().heard()
                                : pod.getValue()));
    }

    private static List<Host> answering(Map<Host, PodView> pods) {
        return pods.entrySet().stream()
                .filter(entry -> entry.getValue().answering())
                .map(Map.Entry::getKey)
                .sorted()
                .toList();
    }

    /** Where one may be given up, the volumes of those that vouch for it count as well. */
    private static List<Host> inTrouble(
            ReplacementIntent intent,
            Map<Host, PodView> pods,
            Map<Host, Answer> answers,
            Map<Host, Before> before,
            Map<Integer, Recorded> recorded,
            Instant now) {
        boolean someoneIs = intent.hosts().stream()
                .anyMatch(host -> isAsked(host, intent, recorded)
                        || before.getOrDefault(host, Before.NOTHING).is(ReplacementPhase.Replacing)
                        || answers.get(host) instanceof Answer.Silent
                        || pods.containsKey(host) && isInTrouble(pods.get(host), now));
        return someoneIs ? intent.hosts() : List.of();
    }

    private static boolean isInTrouble(PodView pod, Instant now) {
        return !pod.answering()
                && (pod.crash().isPresent() || pod.since().plus(STARTS_WITHIN).isBefore(now));
    }

    private static boolean isAsked(Host host, ReplacementIntent intent, Map<Integer, Recorded> recorded) {
        return intent.requestFor(host)
                .filter(request -> !recorded.containsKey(host.replica())
                        || !recorded.get(host.replica()).done())
                .isPresent();
    }

    private Answer ask(Host host, ReplacementIntent intent) {
        var cluster = intent.cluster().ref().name();
        try {
            return said(host, ContentsSql.parse(servers.query(host, ContentsSql.of(cluster, intent.dialect())), true));
        } catch (ClickHouseException | IllegalArgumentException e) {
            return askWithoutListing(host, intent, e);
        }
    }

    private Answer askWithoutListing(Host host, ReplacementIntent intent, RuntimeException first) {
        if (first instanceof ClickHouseException failure && failure.isNoAnswer()) {
            return new Answer.Silent(String.valueOf(first.getMessage()));
        }
        try {
            return said(
                    host, ContentsSql.parse(servers.query(host, ContentsSql.withoutListing(intent.dialect())), false));
        } catch (ClickHouseException | IllegalArgumentException e) {
            return new Answer.Silent(String.valueOf(e.getMessage()));
        }
    }

    private Answer said(Host host, HostContents contents) {
        var databases = new TreeMap<>(contents.databases());
        databases.replaceAll((name, engine) -> ContentsSql.isWhole(engine) ? engine : engine(host, name, engine));
        return new Answer.Said(contents.withDatabases(databases));
    }

    /** Of one with arguments the table of databases tells the name alone, in most versions. */
    private String engine(Host host, String database, String engine) {
        try {
            return ContentsSql.parseEngine(servers.query(host, ContentsSql.showDatabase(database)))
                    .orElse(engine);
        } catch (ClickHouseException e) {
            return engine;
        }
    }

    /** Of those that say so. */
    private Map<Host, List<String>> ownRows(List<Host> hosts, ReplacementObserved asked) {
        var own = new ConcurrentHashMap<Host, List<String>>();
        each(hosts.stream().filter(host -> asked.contents(host).isPresent()).toList(), host -> {
                    try {
                        return Optional.of(ownRows.ask(host));
                    } catch (ClickHouseException | IllegalArgumentException e) {
                        return Optional.<List<String>>empty();
                    }
                })
                .forEach((host, tables) -> tables.ifPresent(some -> own.put(host, some)));
        return own;
    }

    /** Of those that servers send rows to. */
    private static Set<Integer> unservedShards(
            ReplacementIntent intent, ReplacementObserved asked, Map<String, Pod> podsOfCluster, Instant now) {
        var serving = Stream.concat(
                        intent.hosts().stream().filter(asked::isInService),
                        others(intent, podsOfCluster, now).entrySet().stream()
                                .filter(other -> other.getValue().isInService())
                                .map(Map.Entry::getKey))
                .map(Host::shard)
                .collect(Collectors.toSet());
        return intent.cluster().layout().hosts().stream()
                .filter(host -> !intent.cluster().leaving().isFenced(host))
                .map(Host::shard)
                .filter(shard -> !serving.contains(shard))
                .collect(Collectors.toSet());
    }

    /**
     * A new shard has no schema of its own yet, or not all of it: that of the first host of another that has any. Silent while
     * there are such, and none says anything.
     */
    private Optional<Answer> elsewhere(
            ReplacementIntent intent,
            Map<Host, PodView> pods,
            Map<Host, Answer> answers,
            Map<String, Pod> podsOfCluster,
            Instant now) {
        if (!ReplacementObserved.isNew(pods, answers)) {
            return Optional.empty();
        }
        var inService = others(intent, podsOfCluster, now).entrySet().stream()
                .filter(entry -> entry.getValue().isInService())
                .map(Map.Entry::getKey)
                .sorted()
                .toList();
        Optional<Answer> silent = Optional.empty();
        for (var host : inService) {
            switch (ask(host, intent)) {
                case Answer.Said said when said.contents().isEmpty() -> {}
                case Answer.Said said -> {
                    return Optional.of(said);
                }
                case Answer.Silent nothing -> silent = Optional.of(nothing);
            }
        }
        return silent;
    }

    private static Map<Host, PodView> others(ReplacementIntent intent, Map<String, Pod> podsOfCluster, Instant now) {
        var hosts = intent.cluster().layout().hosts().stream()
                .filter(host -> host.shard() != intent.shard())
                .toList();
        var pods = pods(hosts, podsOfCluster, now);
        pods.values().removeIf(pod -> !pod.answering());
        return pods;
    }

    /**
     * What every server that answers reads from; of the shard's own it was asked already. One that refuses has no clusters;
     * one that says nothing may read from anyone.
     */
    private List<Set<String>> listings(
            ReplacementIntent intent, ReplacementObserved asked, Map<String, Pod> podsOfCluster, Instant now) {
        var own = intent.hosts().stream()
                .filter(host -> asked.isInService(host) || !asked.before(host).isIncomplete())
                .flatMap(host -> asked.contents(host).stream())
                .flatMap(contents -> contents.listed().stream());
        var everyone = intent.hosts().stream().map(Host::peersDnsName).collect(Collectors.toSet());
        var sql = ContentsSql.listing(intent.cluster().ref().name());
        var elsewhere = each(others(intent, podsOfCluster, now).keySet(), host -> {
            try {
                return ContentsSql.parseListing(servers.query(host, sql));
            } catch (ClickHouseException e) {
                return e.isNoAnswer() ? everyone : Set.<String>of();
            }
        });
        return Stream.concat(own, elsewhere.values().stream()).toList();
    }

    private static <T> Map<Host, T> each(Collection<Host> hosts, Function<Host, T> look) {
        if (hosts.isEmpty()) {
            return Map.of();
        }
        var found = new ConcurrentHashMap<Host, T>();
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            hosts.forEach(host -> executor.execute(() -> found.put(host, look.apply(host))));
        }
        return found;
    }

    private static Map<Host, Before> before(ReplacementIntent intent, ReplacementStatus status) {
        var before = new HashMap<Host, Before>();
        if (status != null && status.hosts() != null) {
            intent.hosts().forEach(host -> status.hosts().stream()
                    .filter(told -> host.name().equals(told.name()))
                    .findFirst()
                    .ifPresent(told -> before.put(
                            host,
                            new Before(
                                    Optional.ofNullable(told.phase()),
                                    Objects.requireNonNullElse(told.reason(), ""),
                                    told.since() == null ? Instant.EPOCH : Instant.parse(told.since()),
                                    refused(status, host),
                                    QuietSpell.of(told.quietSince(), told.quietSeen()),
                                    limit(told.limit())))));
        }
        return before;
    }

    private static Map<String, Refusal> refused(ReplacementStatus status, Host host) {
        return ReplacementStatusProjection.unrestoredOf(status, host)
                .collect(Collectors.toMap(
                        UnrestoredStatus::object,
                        some -> new Refusal(some.message(), Instant.parse(some.since()), Instant.parse(some.tried()))));
    }

    private static Optional<FetchLimit> limit(FetchLimitStatus told) {
        return Optional.ofNullable(told)
                .map(limit -> new FetchLimit(limit.bytesPerSecond(), Instant.parse(limit.since()), limit.bytes()));
    }

    private static Map<Integer, Recorded> recorded(ReplacementStatus status) {
        return status == null || status.requests() == null
                ? Map.of()
                : status.requests().stream()
                        .collect(Collectors.toMap(
                                request -> request.replica(),
                                request -> new Recorded(
                                        Objects.requireNonNullElse(request.volume(), ""),
                                        Boolean.TRUE.equals(request.done())),
                                (one, other) -> one));
    }
}
