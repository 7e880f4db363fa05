package io.shardwright.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.shardwright.e2e.harness.Alone;
import io.shardwright.e2e.harness.EndToEnd;
import io.shardwright.e2e.harness.HostPlaces;
import io.shardwright.e2e.harness.HostSql;
import io.shardwright.e2e.harness.HostWatch;
import io.shardwright.e2e.harness.NodeDrain;
import io.shardwright.e2e.harness.Reader;
import io.shardwright.e2e.harness.Sandbox;
import io.shardwright.e2e.harness.ShardStatuses;
import io.shardwright.e2e.harness.Yaml;
import io.shardwright.topology.Host;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
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
@Alone
@ExtendWith(EndToEnd.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class DrainE2E {
    private static final String NAME = "main";
    private static final long ROWS = 100_000;
    private static final Duration DRAINED_WITHIN = Duration.ofMinutes(3);

    private static final String COUNT = "SELECT count() FROM e2e.events_all";

    private final Sandbox sandbox;
    private final ShardStatuses statuses;
    private HostSql sql;
    private HostPlaces places;

    DrainE2E(Sandbox sandbox) {
        this.sandbox = sandbox;
        this.statuses = new ShardStatuses(sandbox, NAME);
    }

    @BeforeAll
    void createTheCluster() {
        sandbox.apply(Yaml.cluster(NAME, 2, 2, "users: [{name: analyst, readOnly: true}]"));
        sandbox.awaitClusterReady(NAME);
        sandbox.apply(Yaml.table("events", NAME));
        sandbox.awaitTableReady("events");
        sql = new HostSql(sandbox, NAME, "shardwright");
        places = new HostPlaces(sandbox, NAME, sql.hosts(2, 2));
        for (int shard = 0; shard < 2; shard++) {
            for (int month = 1; month <= 5; month++) {
                sql.execute(
                        sql.host(shard, 0),
                        "INSERT INTO e2e.events SELECT number, toString(number % 7), toDate('2024-0" + month
                                + "-01') FROM system.numbers LIMIT " + ROWS / 5);
            }
        }
        awaitWhole();
        var nodes = places.servers()
                .map(pod -> pod.getSpec().getNodeName())
                .distinct()
                .count();
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
        var node = places.nodeOfServersAlone().orElseThrow();
        var drained = places.on(node);
        var claims = claims();
        try (var _ = new Reader(sandbox, NAME, "analyst", COUNT);
                var _ = new HostWatch(sandbox, NAME);
                var drain = new NodeDrain(sandbox.client(), node)) {
            drain.evict(() -> places.servers().toList(), DRAINED_WITHIN);

            await("it is said why they wait").atMost(Sandbox.SOON).until(() -> drained.stream()
                    .allMatch(host -> statuses.holdsOf(host.shard()).contains("ReplacementNeedsApproval")));
            assertThat(claims()).isEqualTo(claims);

            replaceOnDrain();
            awaitReplaced(drained, claims);
            assertThat(places.on(node)).isEmpty();
        }
        drained.forEach(host -> assertThat(statuses.historyOf(host.shard()))
                .anySatisfy(line -> assertThat(line).contains(host.name(), node, "are on")));
    }

    /** They share a node now: there are only two. */
    @Test
    @Order(2)
    void aBudgetHoldsTheSecondReplicaOfAShardUntilTheFirstServesElsewhere() {
        var node = places.byNode().entrySet().stream()
                .filter(entry -> entry.getValue().size() == 4)
                .map(Map.Entry::getKey)
                .findFirst();
        Assumptions.assumeTrue(node.isPresent(), "the hosts did not come together on one node");
        var all = places.on(node.get());
        var claims = claims();
        try (var _ = new Reader(sandbox, NAME, "analyst", COUNT);
                var _ = new HostWatch(sandbox, NAME);
                var drain = new NodeDrain(sandbox.client(), node.get())) {
            var refused = drain.evict(() -> places.servers().toList(), DRAINED_WITHIN);

            assertThat(refused).anyMatch(pod -> pod.startsWith("main-0-")).anyMatch(pod -> pod.startsWith("main-1-"));
            awaitReplaced(all, claims);
            assertThat(places.on(node.get())).isEmpty();
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
        return claim != null && !claim.equals(claims.get(claimOf(host))) && statuses.isInService(host);
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
}
