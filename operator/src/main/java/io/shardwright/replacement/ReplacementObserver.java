package io.shardwright.replacement;

import io.fabric8.kubernetes.api.model.Pod;
import io.shardwright.clickhouse.ClickHouseException;
import io.shardwright.clickhouse.Servers;
import io.shardwright.crds.ReplacementPhase;
import io.shardwright.crds.ReplacementStatus;
import io.shardwright.holdings.ContentsSql;
import io.shardwright.holdings.HostContents;
import io.shardwright.holdings.Registration;
import io.shardwright.holdings.RegistryObserver;
import io.shardwright.replacement.ReplacementObserved.Answer;
import io.shardwright.replacement.ReplacementObserved.Before;
import io.shardwright.replacement.ReplacementObserved.PodView;
import io.shardwright.replacement.ReplacementObserved.Recorded;
import io.shardwright.replacement.ReplacementObserved.Volume;
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
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.function.Function;
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
    private final Function<Host, Volume> volumes;

    ReplacementObserver(Servers servers, Function<Host, Volume> volumes) {
        this.servers = servers;
        this.registry = new RegistryObserver(servers);
        this.volumes = volumes;
    }

    /** @param podsOfCluster by name */
    ReplacementObserved observe(
            ReplacementIntent intent, ReplacementStatus status, Map<String, Pod> podsOfCluster, Instant now) {
        var pods = pods(intent.hosts(), podsOfCluster);
        var before = before(intent, status);
        var recorded = recorded(status);
        boolean isQuiet = intent.leaving().isEmpty()
                && intent.hosts().stream()
                        .allMatch(host -> pods.containsKey(host)
                                && pods.get(host).ready()
                                && pods.get(host).isInService()
                                && before.getOrDefault(host, Before.NOTHING).isSettled()
                                && !isAsked(host, intent, recorded));
        if (isQuiet) {
            return new ReplacementObserved(
                    pods, Map.of(), Optional.empty(), Map.of(), Map.of(), List.of(), before, recorded);
        }
        var answers = each(answering(pods), host -> ask(host, intent));
        var asked = new ReplacementObserved(
                pods,
                answers,
                elsewhere(intent, answers, podsOfCluster),
                each(inTrouble(intent, pods, answers, before, recorded, now), volumes),
                Map.of(),
                List.of(),
                before,
                recorded);
        return withDetails(intent, asked, podsOfCluster);
    }

    private ReplacementObserved withDetails(
            ReplacementIntent intent, ReplacementObserved asked, Map<String, Pod> podsOfCluster) {
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
        return new ReplacementObserved(
                asked.pods(),
                asked.answers(),
                asked.elsewhere(),
                asked.volumes(),
                each(suspects, host -> registration(host, intent, asked)),
                unread.isEmpty() ? List.of() : listings(intent, asked, podsOfCluster),
                asked.before(),
                asked.recorded());
    }

    /** Only what could matter: a host that has all that its peers have is not looked up. */
    private static boolean lacksTables(Host host, ReplacementIntent intent, ReplacementObserved asked) {
        var contents = asked.contents(host).orElseThrow();
        return !asked.isInService(host)
                && (contents.isEmpty()
                        || intent.hosts().stream()
                                .filter(other -> !other.equals(host))
                                .flatMap(other -> asked.contents(other).stream())
                                .anyMatch(other -> Reference.of(List.of(other))
                                        .without(contents, intent.dialect())
                                        .hasReplicated()));
    }

    private Registration registration(Host host, ReplacementIntent intent, ReplacementObserved asked) {
        var peers = intent.hosts().stream().filter(other -> !other.equals(host)).toList();
        return Stream.concat(peers.stream(), Stream.of(host))
                .filter(via -> asked.contents(via).isPresent())
                .min((one, other) -> Boolean.compare(asked.isInService(other), asked.isInService(one)))
                .map(via -> registry.ask(host, via, peers))
                .orElseGet(() -> new Registration.Unknown("no server of the shard answers"));
    }

    private static Map<Host, PodView> pods(Collection<Host> hosts, Map<String, Pod> pods) {
        return hosts.stream()
                .filter(host -> pods.containsKey(host.podName()))
                .collect(Collectors.toMap(Function.identity(), host -> PodViews.of(pods.get(host.podName()))));
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
                        || pods.containsKey(host)
                                && !pods.get(host).answering()
                                && pods.get(host).since().plus(STARTS_WITHIN).isBefore(now));
        return someoneIs ? intent.hosts() : List.of();
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
            return new Answer.Said(
                    ContentsSql.parse(servers.query(host, ContentsSql.of(cluster, intent.dialect())), true));
        } catch (ClickHouseException | IllegalArgumentException e) {
            return askWithoutListing(host, intent, e);
        }
    }

    private Answer askWithoutListing(Host host, ReplacementIntent intent, RuntimeException first) {
        if (first instanceof ClickHouseException failure && failure.isNoAnswer()) {
            return new Answer.Silent(String.valueOf(first.getMessage()));
        }
        try {
            return new Answer.Said(
                    ContentsSql.parse(servers.query(host, ContentsSql.withoutListing(intent.dialect())), false));
        } catch (ClickHouseException | IllegalArgumentException e) {
            return new Answer.Silent(String.valueOf(e.getMessage()));
        }
    }

    /** A new shard has no schema of its own yet: that of the first other shard that has any. */
    private Optional<HostContents> elsewhere(
            ReplacementIntent intent, Map<Host, Answer> answers, Map<String, Pod> podsOfCluster) {
        boolean isBlank = !answers.isEmpty()
                && answers.values().stream()
                        .allMatch(answer -> answer instanceof Answer.Said(var contents) && contents.isEmpty());
        if (!isBlank) {
            return Optional.empty();
        }
        return others(intent, podsOfCluster).entrySet().stream()
                .filter(entry -> entry.getValue().isInService())
                .map(Map.Entry::getKey)
                .sorted()
                .limit(1)
                .map(host -> ask(host, intent))
                .flatMap(answer -> answer instanceof Answer.Said(var contents) && !contents.isEmpty()
                        ? Stream.of(contents)
                        : Stream.empty())
                .findFirst();
    }

    private static Map<Host, PodView> others(ReplacementIntent intent, Map<String, Pod> podsOfCluster) {
        var hosts = intent.cluster().layout().hosts().stream()
                .filter(host -> host.shard() != intent.shard())
                .toList();
        var pods = pods(hosts, podsOfCluster);
        pods.values().removeIf(pod -> !pod.answering());
        return pods;
    }

    /**
     * What every server that answers reads from; of the shard's own it was asked already. One that refuses has no clusters;
     * one that says nothing may read from anyone.
     */
    private List<Set<String>> listings(
            ReplacementIntent intent, ReplacementObserved asked, Map<String, Pod> podsOfCluster) {
        var own = intent.hosts().stream()
                .filter(host -> asked.isInService(host) || !asked.before(host).isIncomplete())
                .flatMap(host -> asked.contents(host).stream())
                .flatMap(contents -> contents.listed().stream());
        var everyone = intent.hosts().stream().map(Host::peersDnsName).collect(Collectors.toSet());
        var sql = ContentsSql.listing(intent.cluster().ref().name());
        var elsewhere = each(others(intent, podsOfCluster).keySet(), host -> {
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
                                    told.since() == null ? Instant.EPOCH : Instant.parse(told.since())))));
        }
        return before;
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
