package io.shardwright.kube;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.javaoperatorsdk.operator.Operator;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.shardwright.crds.HistoryLine;
import io.shardwright.crds.ReplacementStatus;
import io.shardwright.crds.Shard;
import io.shardwright.crds.ShardSpec;
import io.shardwright.crds.ShardStatus;
import io.shardwright.testing.ControlPlane;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Two controllers write into one status, against a real API server. */
final class StatusPatchIT {
    private static final int PASSES = 100;

    @Test
    void aPassSeesWhatThePassBeforeWroteWhateverElseIsWritten() throws IOException, InterruptedException {
        try (var controlPlane = ControlPlane.up()) {
            var shards = new Counter(StatusPatchIT::countOfShard, StatusPatchIT::shardStatus);
            var replacements = new Counter(StatusPatchIT::countOfReplacement, StatusPatchIT::replacementStatus);
            var operator = new Operator(configuration ->
                    configuration.withKubernetesClient(controlPlane.client()).withCloseClientOnStop(false));
            register(shards, "shards", operator, controlPlane);
            register(replacements, "replacements", operator, controlPlane);
            operator.start();
            try {
                controlPlane.client().resource(shard(controlPlane.namespace())).create();
                await("both have counted")
                        .atMost(Duration.ofSeconds(60))
                        .until(() -> shards.isDone() && replacements.isDone());
            } finally {
                operator.stop();
            }

            var each = IntStream.range(0, PASSES).boxed().toList();
            assertThat(shards.seen).containsExactlyElementsOf(each);
            assertThat(replacements.seen).containsExactlyElementsOf(each);
        }
    }

    private static void register(Counter counter, String name, Operator operator, ControlPlane controlPlane) {
        operator.register(
                counter,
                overrider ->
                        overrider.withName(name).withFieldManager(name).settingNamespaces(controlPlane.namespace()));
    }

    /** Adds one in each pass to a number in the status. */
    private static final class Counter implements Reconciler<Shard> {
        private final Function<ShardStatus, Integer> count;
        private final Function<Integer, ShardStatus> status;
        private final List<Integer> seen = new CopyOnWriteArrayList<>();

        Counter(Function<ShardStatus, Integer> count, Function<Integer, ShardStatus> status) {
            this.count = count;
            this.status = status;
        }

        boolean isDone() {
            return seen.size() >= PASSES;
        }

        @Override
        public UpdateControl<Shard> reconcile(Shard shard, Context<Shard> context) {
            if (isDone()) {
                return UpdateControl.noUpdate();
            }
            int number = Optional.ofNullable(shard.getStatus()).map(count).orElse(0);
            var update = StatusPatch.write(shard, status.apply(number), status.apply(number + 1), Shard::new, context);
            // Only now: who loses to the other writer ten times in a row gives up, and has written nothing.
            seen.add(number);
            return update.rescheduleAfter(Duration.ofMillis(1));
        }
    }

    private static Integer countOfShard(ShardStatus status) {
        return status.readyReplicas();
    }

    private static ShardStatus shardStatus(int count) {
        return new ShardStatus(null, null, count, null, null, null, null, null, null, null);
    }

    private static Integer countOfReplacement(ShardStatus status) {
        return Optional.ofNullable(status.replacement())
                .map(replacement ->
                        Integer.valueOf(replacement.history().getFirst().what()))
                .orElse(0);
    }

    private static ShardStatus replacementStatus(int count) {
        var line = new HistoryLine("2026-01-01T00:00:00Z", Integer.toString(count), "");
        return ShardStatus.of(new ReplacementStatus(List.of(), List.of(), List.of(line), List.of(), List.of()));
    }

    private static Shard shard(String namespace) {
        var shard = new Shard();
        shard.setMetadata(new ObjectMetaBuilder()
                .withName("counted-0")
                .withNamespace(namespace)
                .build());
        shard.setSpec(new ShardSpec("counted", 0, List.of(0), 1, "none", "none", null));
        return shard;
    }
}
