package io.shardwright.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.shardwright.crds.ReplacementHostStatus;
import io.shardwright.crds.ReplacementPhase;
import io.shardwright.crds.ReplacementStatus;
import io.shardwright.crds.Shard;
import io.shardwright.crds.ShardStatus;
import io.shardwright.e2e.harness.EndToEnd;
import io.shardwright.e2e.harness.HostSql;
import io.shardwright.e2e.harness.HostWatch;
import io.shardwright.e2e.harness.NodeDrain;
import io.shardwright.e2e.harness.Reader;
import io.shardwright.e2e.harness.Sandbox;
import io.shardwright.e2e.harness.Yaml;
import io.shardwright.topology.Host;
import io.shardwright.topology.Labels;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;

/** Nodes are drained while readers read on: replicas whose volumes cannot leave come anew elsewhere, one of a shard at a time. */
@ExtendWith(EndToEnd.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class DrainE2E {
    private static final String NAME = "main";
    private static final long ROWS = 100_000;
    private static final Duration DRAINED_WITHIN = Duration.ofMinutes(3);

    private static final String COUNT = "SELECT count() FROM e2e.events_all";

    private final Sandbox sandbox;
    private HostSql sql;

    DrainE2E(Sandbox sandbox) {
        this.sandbox = sandbox;
    }

    @BeforeAll
    void createTheCluster() {
        sandbox.apply(Yaml.cluster(NAME, 2, 2, "users: [{name: analyst, readOnly: true}]"));
        sandbox.awaitClusterReady(NAME);
        sandbox.apply(Yaml.table("events", NAME));
        sandbox.awaitTableReady("events");
        sql = new HostSql(sandbox, NAME, "shardwright");
        for (int shard = 0; shard < 2; shard++) {
            for (int month = 1; month <= 5; month++) {
                sql.execute(
                        sql.host(shard, 0),
                        "INSERT INTO e2e.events SELECT number, toString(number % 7), toDate('2024-0" + month
                                + "-01') FROM system.numbers LIMIT " + ROWS / 5);
            }
        }
        awaitWhole();
        var nodes = servers().map(pod -> pod.getSpec().getNodeName()).distinct().count();
        Assumptions.assumeTrue(nodes > 1, "the hosts stand on a single node");
    }

    @AfterAll
    void close() {
        if (sql != null) {
            sql.close();
        }
    }

    @Test
    @Order(1)
    void replicasOfADrainedNodeWaitForItUntilTheyMayBeReplaced() {
        var node = nodeToDrain();
        var drained = hostsOn(node);
        var claims = claims();
        try (var _ = new Reader(sandbox, NAME, "analyst", COUNT);
                var _ = new HostWatch(sandbox, NAME);
                var drain = new NodeDrain(sandbox.client(), node)) {
            drain.evict(() -> servers().toList(), DRAINED_WITHIN);

            await("it is said why they wait").atMost(Sandbox.SOON).until(() -> drained.stream()
                    .allMatch(host -> holdsOf(host.shard()).contains("ReplacementNeedsApproval")));
            assertThat(claims()).isEqualTo(claims);

            replaceOnDrain();
            awaitReplaced(drained, claims);
            assertThat(hostsOn(node)).isEmpty();
        }
        drained.forEach(host -> assertThat(historyOf(host.shard()))
                .anySatisfy(line -> assertThat(line).contains(host.name(), node, "are on")));
    }

    /** They share a node now: there are only two. */
    @Test
    @Order(2)
    void aBudgetHoldsTheSecondReplicaOfAShardUntilTheFirstServesElsewhere() {
        var node = hostsPerNode().entrySet().stream()
                .filter(entry -> entry.getValue().size() == 4)
                .map(Map.Entry::getKey)
                .findFirst();
        Assumptions.assumeTrue(node.isPresent(), "the hosts did not come together on one node");
        var all = hostsOn(node.get());
        var claims = claims();
        try (var _ = new Reader(sandbox, NAME, "analyst", COUNT);
                var _ = new HostWatch(sandbox, NAME);
                var drain = new NodeDrain(sandbox.client(), node.get())) {
            var refused = drain.evict(() -> servers().toList(), DRAINED_WITHIN);

            assertThat(refused).anyMatch(pod -> pod.startsWith("main-0-")).anyMatch(pod -> pod.startsWith("main-1-"));
            awaitReplaced(all, claims);
            assertThat(hostsOn(node.get())).isEmpty();
        }
    }

    private void replaceOnDrain() {
        sandbox.client()
                .resource(sandbox.cluster(NAME))
                .patch(PatchContext.of(PatchType.JSON_MERGE), "{\"spec\": {\"replacement\": {\"onDrain\": true}}}");
    }

    private void awaitReplaced(List<Host> hosts, Map<String, String> claims) {
        await("each serves again, with another volume").atMost(DRAINED_WITHIN).until(() -> hosts.stream()
                .allMatch(host -> isReplaced(host, claims)));
        sandbox.awaitClusterReady(NAME);
        awaitWhole();
    }

    private boolean isReplaced(Host host, Map<String, String> claims) {
        var claim = claims().get(claimOf(host));
        return claim != null
                && !claim.equals(claims.get(claimOf(host)))
                && phaseOf(host).filter(ReplacementPhase.InService::equals).isPresent();
    }

    private void awaitWhole() {
        await("every replica has every row")
                .atMost(Sandbox.SOON)
                .ignoreExceptions()
                .untilAsserted(() -> sql.hosts(2, 2).forEach(host -> assertThat(
                                sql.query(host, "SELECT toString(count()), toString(sum(id)) FROM e2e.events"))
                        .containsExactly(List.of("" + ROWS, "" + ROWS / 2 * (ROWS / 5 - 1)))));
    }

    /** Uids by name. */
    private Map<String, String> claims() {
        return sandbox.client().persistentVolumeClaims().inNamespace(sandbox.namespace()).list().getItems().stream()
                .collect(Collectors.toMap(claim -> claim.getMetadata().getName(), claim -> claim.getMetadata()
                        .getUid()));
    }

    private static String claimOf(Host host) {
        return "data-" + host.podName();
    }

    private Stream<Pod> servers() {
        return pods("clickhouse");
    }

    private Stream<Pod> pods(String component) {
        return sandbox
                .client()
                .pods()
                .inNamespace(sandbox.namespace())
                .withLabel(Labels.CLUSTER, NAME)
                .withLabel(Labels.COMPONENT, component)
                .list()
                .getItems()
                .stream();
    }

    /** One with servers and without the only ZooKeeper, whose volume cannot leave either. */
    private String nodeToDrain() {
        var coordination =
                pods("coordination").map(pod -> pod.getSpec().getNodeName()).toList();
        return servers()
                .map(pod -> pod.getSpec().getNodeName())
                .filter(node -> !coordination.contains(node))
                .findFirst()
                .orElseThrow();
    }

    private List<Host> hostsOn(String node) {
        return hostsPerNode().getOrDefault(node, List.of());
    }

    private Map<String, List<Host>> hostsPerNode() {
        var hosts = sql.hosts(2, 2).stream().collect(Collectors.toMap(Host::podName, Function.identity()));
        return servers()
                .filter(pod -> pod.getSpec().getNodeName() != null)
                .collect(Collectors.groupingBy(
                        pod -> pod.getSpec().getNodeName(),
                        Collectors.mapping(pod -> hosts.get(pod.getMetadata().getName()), Collectors.toList())));
    }

    private Optional<ReplacementPhase> phaseOf(Host host) {
        return replacement(host.shard()).map(ReplacementStatus::hosts).stream()
                .flatMap(List::stream)
                .filter(told -> host.name().equals(told.name()))
                .map(ReplacementHostStatus::phase)
                .findFirst();
    }

    private List<String> holdsOf(int shard) {
        return replacement(shard).map(ReplacementStatus::holds).stream()
                .flatMap(List::stream)
                .map(hold -> hold.reason())
                .toList();
    }

    private List<String> historyOf(int shard) {
        return replacement(shard).map(ReplacementStatus::history).stream()
                .flatMap(List::stream)
                .map(line -> line.what() + ": " + line.verified())
                .toList();
    }

    private Optional<ReplacementStatus> replacement(int shard) {
        return Optional.ofNullable(sandbox.client()
                        .resources(Shard.class)
                        .inNamespace(sandbox.namespace())
                        .withName(NAME + "-" + shard)
                        .require()
                        .getStatus())
                .map(ShardStatus::replacement);
    }
}
