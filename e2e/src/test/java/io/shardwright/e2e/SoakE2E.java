package io.shardwright.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.shardwright.crds.ReplacementPhase;
import io.shardwright.crds.Shard;
import io.shardwright.e2e.harness.Alone;
import io.shardwright.e2e.harness.EndToEnd;
import io.shardwright.e2e.harness.HostSql;
import io.shardwright.e2e.harness.LocalNodes;
import io.shardwright.e2e.harness.OperatorPod;
import io.shardwright.e2e.harness.Sandbox;
import io.shardwright.e2e.harness.Writer;
import io.shardwright.e2e.harness.Yaml;
import io.shardwright.topology.Host;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Rounds of what breaks and changes clusters, in an order that a seed decides, while rows are written. In every other round or so
 * a process is killed while the cluster heals. After each round every replica must have every row that was acknowledged, once.
 * `make soak` runs as many rounds as asked; the seed is in the log, and {@code -Dsoak.seed} repeats it;
 * {@code -Dsoak.events=VOLUME_LOST,NODE_LOST} leaves only these.
 */
@Alone
@ExtendWith(EndToEnd.class)
final class SoakE2E {
    private static final int ROUNDS = Integer.getInteger("soak.rounds", 3);

    /** In its three rounds are a lost volume, a lost node and a shard more, each with a process killed meanwhile. */
    private static final long SEED = Long.getLong("soak.seed", 1560);

    private static final Set<String> EVENTS = Stream.of(
                    System.getProperty("soak.events", "").split(","))
            .filter(name -> !name.isEmpty())
            .collect(Collectors.toSet());
    private static final String NAME = "soak";
    private static final String ZOOKEEPER = NAME + "-zookeeper-0";
    private static final Duration HEALED_WITHIN = Duration.ofMinutes(4);

    /**
     * A server that loses ZooKeeper in the middle of an insert ("Unknown status, client must retry") keeps the part for five
     * minutes beside the one of the retry, and then finds that ZooKeeper knows nothing of it (18.16).
     */
    private static final Duration COUNTED_WITHIN = Duration.ofMinutes(7);

    /** A second event comes so soon that the first is still being dealt with. */
    private static final int SECOND_WITHIN_MS = 8_000;

    private static final Set<Event> KILLS =
            EnumSet.of(Event.SERVER_KILLED, Event.OPERATOR_KILLED, Event.ZOOKEEPER_RESTARTED);

    private enum Event {
        SERVER_KILLED,
        OPERATOR_KILLED,
        ZOOKEEPER_RESTARTED,
        VOLUME_LOST,
        NODE_LOST,
        REPLICAS_CHANGED,
        SHARDS_CHANGED
    }

    private final Random random = new Random(SEED);
    private final Sandbox sandbox;
    private final OperatorPod operator;
    private int shards = 2;
    private int replicas = 2;

    SoakE2E(Sandbox sandbox, OperatorPod operator) {
        this.sandbox = sandbox;
        this.operator = operator;
    }

    @Test
    void everyAcknowledgedRowSurvivesEveryRound() throws InterruptedException {
        System.out.println("e2e: soak with seed " + SEED + ", " + ROUNDS + " rounds");
        applyTheCluster();
        sandbox.awaitClusterReady(NAME);
        sandbox.apply(Yaml.table("events", NAME));
        sandbox.awaitTableReady("events");
        try (var sql = new HostSql(sandbox, NAME, "shardwright");
                var writer = new Writer(sql, "e2e.events", 2, 2)) {
            var events = possibleEvents();
            for (int round = 1; round <= ROUNDS; round++) {
                var event = events.get(random.nextInt(events.size()));
                var second = second(events);
                long began = System.nanoTime();
                happen(event, sql, writer);
                if (second.isPresent()) {
                    Thread.sleep(random.nextInt(SECOND_WITHIN_MS));
                    happen(second.get(), sql, writer);
                }
                awaitHealed();
                writer.pause();
                try {
                    verify(sql, writer);
                } finally {
                    writer.resume();
                }
                System.out.println("e2e: soak round " + round + ": " + event
                        + second.map(kill -> " and " + kill).orElse("") + ", "
                        + Duration.ofNanos(System.nanoTime() - began).toSeconds() + " s, " + writer.rows() + " rows");
            }
        }
    }

    private static List<Event> possibleEvents() {
        var events = Stream.of(Event.values())
                .filter(event -> EVENTS.isEmpty() || EVENTS.contains(event.name()))
                .collect(Collectors.toCollection(ArrayList::new));
        if (LocalNodes.find().isEmpty()) {
            events.remove(Event.NODE_LOST);
        }
        return events;
    }

    private Optional<Event> second(List<Event> events) {
        var kills = events.stream().filter(KILLS::contains).toList();
        return random.nextBoolean() && !kills.isEmpty()
                ? Optional.of(kills.get(random.nextInt(kills.size())))
                : Optional.empty();
    }

    private void happen(Event event, HostSql sql, Writer writer) {
        var victim = sql.host(random.nextInt(shards), random.nextInt(replicas));
        switch (event) {
            case SERVER_KILLED -> kill(victim.podName());
            case OPERATOR_KILLED -> operator.kill();
            case ZOOKEEPER_RESTARTED -> kill(ZOOKEEPER);
            case VOLUME_LOST -> withAllCopied(sql, writer, () -> loseVolume(victim));
            case NODE_LOST -> withAllCopied(sql, writer, () -> loseNode(sql.hosts(shards, replicas)));
            case REPLICAS_CHANGED -> {
                replicas = 5 - replicas;
                applyTheCluster();
            }
            case SHARDS_CHANGED -> {
                shards = 5 - shards;
                applyTheCluster();
            }
        }
    }

    /** A row that was acknowledged a moment ago stands on one replica: losing that one's volume then loses it for good. */
    private void withAllCopied(HostSql sql, Writer writer, Runnable event) {
        writer.pause();
        try {
            verify(sql, writer);
            event.run();
        } finally {
            writer.resume();
        }
    }

    private void loseVolume(Host victim) {
        sandbox.client()
                .persistentVolumeClaims()
                .inNamespace(sandbox.namespace())
                .withName("data-" + victim.podName())
                .delete();
        kill(victim.podName());
    }

    /** Long enough for its replicas to be given up; it comes back with what it had. */
    private void loseNode(List<Host> hosts) {
        var node = nodeWithoutZooKeeper(hosts);
        operator.moveOff(node);
        var nodes = LocalNodes.find().orElseThrow();
        nodes.stop(node);
        try {
            await("a replica of the lost node is given up")
                    .atMost(HEALED_WITHIN)
                    .until(() -> shards().stream()
                            .flatMap(shard -> shard.getStatus().replacement().hosts().stream())
                            .anyMatch(host -> host.phase() == ReplacementPhase.Replacing));
        } finally {
            nodes.start(node);
        }
    }

    /** Nothing is done without ZooKeeper. */
    private String nodeWithoutZooKeeper(List<Host> hosts) {
        var ofZooKeeper = nodeOf(ZOOKEEPER);
        return hosts.stream()
                .map(host -> nodeOf(host.podName()))
                .filter(node -> !node.equals(ofZooKeeper))
                .findFirst()
                .orElseThrow();
    }

    private void kill(String pod) {
        sandbox.client()
                .pods()
                .inNamespace(sandbox.namespace())
                .withName(pod)
                .withGracePeriod(0)
                .delete();
    }

    private void awaitHealed() {
        await("the cluster is ready and every replica in service")
                .pollInterval(Duration.ofMillis(200))
                .atMost(HEALED_WITHIN)
                .until(() -> sandbox.clusterState(NAME).startsWith("Ready=True") && isComplete());
    }

    private boolean isComplete() {
        var standing = shards();
        return standing.size() == shards
                && standing.stream()
                        .allMatch(shard -> shard.getSpec().members().size() == replicas
                                && shard.getStatus().replacement().hosts().stream()
                                        .allMatch(host -> host.phase() == ReplacementPhase.InService));
    }

    private void verify(HostSql sql, Writer writer) {
        for (var host : sql.hosts(shards, replicas)) {
            await("every row is there, asked of " + host.name())
                    .atMost(COUNTED_WITHIN)
                    .ignoreExceptions()
                    .untilAsserted(() -> assertThat(sql.query(host, "SELECT count(), sum(id) FROM e2e.events_all"))
                            .containsExactly(
                                    List.of(String.valueOf(writer.rows()), String.valueOf(writer.sumOfIds()))));
        }
        for (int shard = 0; shard < shards; shard++) {
            int index = shard;
            await("the replicas of shard " + shard + " have the same rows")
                    .atMost(COUNTED_WITHIN)
                    .ignoreExceptions()
                    .until(() -> sql.hosts(shards, replicas).stream()
                                    .filter(host -> host.shard() == index)
                                    .map(host -> sql.query(host, "SELECT count(), sum(id) FROM e2e.events"))
                                    .distinct()
                                    .count()
                            == 1);
        }
    }

    private void applyTheCluster() {
        sandbox.apply(Yaml.cluster(NAME, shards, replicas, "replacement: {after: 15s}"));
    }

    private List<Shard> shards() {
        return sandbox.client()
                .resources(Shard.class)
                .inNamespace(sandbox.namespace())
                .list()
                .getItems();
    }

    private String nodeOf(String pod) {
        return sandbox.client()
                .pods()
                .inNamespace(sandbox.namespace())
                .withName(pod)
                .require()
                .getSpec()
                .getNodeName();
    }
}
