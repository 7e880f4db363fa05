package io.shardwright.rebalance;

import io.shardwright.rebalance.Readers.Reader;
import io.shardwright.topology.Host;
import io.shardwright.topology.Layout;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Clients who read from all shards through any server. Servers learn late from which replicas they are to read, and of a shard
 * that came, each by itself;
 * a query reads as its server knew when the query began, one shard after the other, and may take its time.
 */
final class ReadersInWorld {
    private final Random random;
    private final Layout layout;
    private final Map<Host, Set<Host>> lists = new HashMap<>();
    /** Hosts of a shard that has just come. */
    private final Set<Host> newest;

    private final List<Query> running = new ArrayList<>();
    private Set<String> wanted = Set.of();
    private Instant now = Instant.EPOCH;
    private boolean isMistaken;

    ReadersInWorld(Random random, Layout layout) {
        this.random = random;
        this.layout = layout;
        newest = layout.shards().size() > 2 && random.nextInt(3) > 0
                ? Set.copyOf(layout.hostsOf(layout.shards().getLast()))
                : Set.of();
        layout.hosts()
                .forEach(host -> lists.put(
                        host,
                        layout.hosts().stream()
                                .filter(other ->
                                        !newest.contains(other) || newest.contains(host) || random.nextInt(4) == 0)
                                .collect(Collectors.toSet())));
    }

    private record Query(
            Host server,
            Set<Host> lists,
            boolean isSlow,
            Instant since,
            Deque<Integer> shards,
            Map<Integer, Integer> rows) {}

    void tick() {
        now = now.plusSeconds(1);
    }

    /** As the status of the Rebalance says, and remote_servers then. */
    void want(Collection<ReadSide> sides) {
        wanted = sides.stream().flatMap(side -> side.hosts().stream()).collect(Collectors.toSet());
    }

    /** Some servers look at their remote_servers; one that restarts does so too. */
    void reload(Predicate<Host> isTheirTurn) {
        lists.replaceAll((host, before) -> isTheirTurn.test(host) && hasItsFile(before) ? listed() : before);
    }

    /** The kubelet takes its time to bring the file that lists a new shard. */
    private boolean hasItsFile(Set<Host> before) {
        return newest.isEmpty() || !Collections.disjoint(before, newest) || random.nextInt(8) == 0;
    }

    private Set<Host> listed() {
        var listed = new HashSet<Host>();
        for (int shard : layout.shards()) {
            var hosts = layout.hostsOf(shard);
            var some =
                    hosts.stream().filter(host -> wanted.contains(host.name())).toList();
            listed.addAll(some.isEmpty() ? hosts : some);
        }
        return listed;
    }

    /**
     * @param isUp whether a host can be read from
     * @param rowsOn that a reader finds there
     * @param expected rows that every query must find once
     */
    void read(Predicate<Host> isUp, Function<Host, List<Integer>> rowsOn, Set<Integer> expected) {
        if (random.nextInt(2) == 0) {
            var server = layout.hosts().get(random.nextInt(layout.hosts().size()));
            running.add(new Query(
                    server,
                    lists.get(server),
                    random.nextInt(6) == 0,
                    now,
                    new ArrayDeque<>(layout.shards()),
                    new HashMap<>()));
        }
        for (var query : List.copyOf(running)) {
            if (query.isSlow() ? random.nextInt(12) == 0 : random.nextInt(3) > 0) {
                go(query, isUp, rowsOn);
            }
            if (query.shards().isEmpty() && running.remove(query)) {
                isMistaken |= expected.stream().anyMatch(row -> query.rows().getOrDefault(row, 0) != 1);
            }
        }
    }

    private void go(Query query, Predicate<Host> isUp, Function<Host, List<Integer>> rowsOn) {
        while (!query.shards().isEmpty() && random.nextInt(4) > 0) {
            var hosts = layout.hostsOf(query.shards().removeFirst()).stream()
                    .filter(query.lists()::contains)
                    .filter(isUp)
                    .toList();
            if (hosts.isEmpty()) {
                running.remove(query);
                return;
            }
            rowsOn.apply(hosts.get(random.nextInt(hosts.size())))
                    .forEach(row -> query.rows().merge(row, 1, Integer::sum));
        }
    }

    /** Every query ends, and every server knows what it is to know. */
    void settle() {
        running.clear();
        lists.replaceAll((host, before) -> listed());
    }

    Readers observe(Predicate<Host> answers) {
        return new Readers(
                now,
                now,
                layout.hosts().stream()
                        .<Reader>map(host -> answers.test(host)
                                ? new Reader.Known(host, lists.get(host), longest(host))
                                : new Reader.Unknown(host, "away"))
                        .toList());
    }

    /** Of each server. */
    List<Set<Integer>> shardsRead() {
        return lists.values().stream()
                .map(hosts -> hosts.stream().map(Host::shard).collect(Collectors.toSet()))
                .distinct()
                .toList();
    }

    private Duration longest(Host host) {
        return running.stream()
                .filter(query -> query.server().equals(host))
                .map(query -> Duration.between(query.since(), now))
                .max(Duration::compareTo)
                .orElse(Duration.ofMillis(-1));
    }

    /** Somebody saw a row twice or not at all. */
    boolean isMistaken() {
        return isMistaken;
    }
}
