package io.shardwright.shard;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.shardwright.clickhouse.HostSnapshot;
import io.shardwright.clickhouse.HostSnapshot.TableName;
import io.shardwright.clickhouse.HostSnapshot.TableSize;
import io.shardwright.crds.HoldStatus;
import io.shardwright.crds.ReplacementHostStatus;
import io.shardwright.crds.ReplacementPhase;
import io.shardwright.crds.ReplacementStatus;
import io.shardwright.crds.Shard;
import io.shardwright.crds.ShardHostStatus;
import io.shardwright.crds.ShardStatus;
import io.shardwright.plan.Conditions;
import io.shardwright.shard.ShardObserved.Answer;
import io.shardwright.shard.ShardObserved.PodState;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class ShardStatusProjectionTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

    private final ShardIntent intent = ShardFixtures.intent(1, 2, "1", "config");

    @Test
    void isReadyWhenEveryHostIs() {
        var status = project(ShardFixtures.converged(intent));

        assertThat(status.replicas()).isEqualTo("2/2");
        assertThat(status.summary()).isEqualTo("Ready");
        assertThat(condition(status, Conditions.READY)).isEqualTo("True");
        assertThat(condition(status, Conditions.PROGRESSING)).isEqualTo("False");
        assertThat(condition(status, Conditions.DEGRADED)).isEqualTo("False");
    }

    @Test
    void tellsTheLastWordsOfAServerThatCannotStart() {
        var host = intent.hosts().getFirst();
        var pod = new PodBuilder()
                .withNewMetadata()
                .withName(host.podName())
                .endMetadata()
                .withNewSpec()
                .withNodeName("node1")
                .endSpec()
                .withNewStatus()
                .addNewContainerStatus()
                .withName("clickhouse")
                .withNewState()
                .withNewWaiting()
                .withReason("CrashLoopBackOff")
                .endWaiting()
                .endState()
                .withNewLastState()
                .withNewTerminated()
                .withExitCode(70)
                .withMessage("Exception: Not found: users.default.quota")
                .endTerminated()
                .endLastState()
                .endContainerStatus()
                .endStatus()
                .build();

        var status = project(ShardFixtures.with(ShardFixtures.converged(intent), host, PodStates.of(pod), null));

        assertThat(condition(status, Conditions.DEGRADED)).isEqualTo("True");
        assertThat(message(status, Conditions.DEGRADED))
                .contains("c-0-0", "CrashLoopBackOff", "exit code 70", "Not found: users.default.quota");
        assertThat(status.replicas()).isEqualTo("1/2");
    }

    @Test
    void countsTheFullestReplica() {
        var first = intent.hosts().getFirst();
        var observed = ShardFixtures.converged(intent);
        var fuller = new HostSnapshot(
                "18.16.1",
                ShardFixtures.snapshot(intent).clusterNodes(),
                List.of(),
                List.of(),
                List.of(new TableSize(new TableName("nyc", "flights"), 10, 2048)),
                List.of());

        var status = project(ShardFixtures.with(observed, first, observed.pods().get(first), new Answer.Said(fuller)));

        assertThat(status.bytes()).isEqualTo(2048);
        assertThat(status.data()).isEqualTo("2.0Ki");
        assertThat(status.hosts()).extracting(ShardHostStatus::bytes).containsExactly(2048L, 0L);
    }

    @Test
    void aStartingServerIsNoReasonToWorry() {
        var host = intent.hosts().getFirst();
        var starting = new PodState(false, false, "node1", "10.0.0.1", "", Optional.empty());

        var status = project(ShardFixtures.with(ShardFixtures.converged(intent), host, starting, null));

        assertThat(condition(status, Conditions.READY)).isEqualTo("False");
        assertThat(condition(status, Conditions.PROGRESSING)).isEqualTo("True");
        assertThat(condition(status, Conditions.DEGRADED)).isEqualTo("False");
        assertThat(status.summary()).isEqualTo("c-0-0: its server is starting");
    }

    @Test
    void whatHoldsAReplacementIsLoudInTheShardToo() {
        var host = intent.hosts().getFirst();
        var observed = ShardFixtures.converged(intent);
        var fenced = new PodState(false, true, "node1", "10.0.0.1", intent.configHash(), Optional.empty());
        var answer = observed.answers().get(host);
        var message = "1 parts that it had are on no replica that serves";
        var shard = new Shard();
        shard.setStatus(ShardStatus.of(new ReplacementStatus(
                List.of(new ReplacementHostStatus(
                        host.name(),
                        ReplacementPhase.Lost,
                        "LastGoodCopy",
                        message,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null)),
                List.of(),
                List.of(),
                List.of(),
                List.of(new HoldStatus("LastGoodCopy", host.name(), message, null)))));

        var status = project(shard, ShardFixtures.with(observed, host, fenced, answer));

        assertThat(condition(status, Conditions.DEGRADED)).isEqualTo("True");
        assertThat(message(status, Conditions.DEGRADED)).isEqualTo("c-0-0: " + message);
        assertThat(status.hosts().getFirst().message()).isEqualTo(message);
    }

    private ShardStatus project(ShardObserved observed) {
        return project(new Shard(), observed);
    }

    private ShardStatus project(Shard shard, ShardObserved observed) {
        shard.setMetadata(
                new ObjectMetaBuilder().withName("c-0").withGeneration(1L).build());
        return ShardStatusProjection.project(
                shard, intent, observed, ShardPlanner.plan(intent, observed), List.of(), NOW);
    }

    private static String condition(ShardStatus status, String type) {
        return find(status, type).getStatus();
    }

    private static String message(ShardStatus status, String type) {
        return find(status, type).getMessage();
    }

    private static Condition find(ShardStatus status, String type) {
        return status.conditions().stream()
                .filter(condition -> type.equals(condition.getType()))
                .findFirst()
                .orElseThrow();
    }
}
