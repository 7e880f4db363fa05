package io.shardwright.shard;

import io.fabric8.kubernetes.client.KubernetesClientException;
import io.shardwright.clickhouse.ClickHouseException;
import io.shardwright.clickhouse.Servers;
import io.shardwright.kube.KubeErrors;
import io.shardwright.kube.KubeWriter;
import io.shardwright.plan.Outcome;
import java.util.Map;

/** Carries out what the shard planner decided. */
final class ShardExecutor {
    private final KubeWriter writer;
    private final Servers servers;

    ShardExecutor(KubeWriter writer, Servers servers) {
        this.servers = servers;
        this.writer = writer;
    }

    Outcome<ShardAction> execute(ShardAction action) {
        try {
            switch (action) {
                case ShardAction.ApplyObject apply -> writer.apply(apply.desired());
                case ShardAction.DeleteObject delete -> writer.delete(delete.object());
                case ShardAction.AnnounceConfig announce ->
                    writer.annotatePod(
                            announce.host().cluster().namespace(),
                            announce.host().podName(),
                            Map.of(PodStates.CONFIG_HASH, announce.configHash()));
                case ShardAction.ReloadConfig reload -> servers.execute(reload.host(), "SYSTEM RELOAD CONFIG");
            }
            return new Outcome.Done<>(action);
        } catch (KubernetesClientException e) {
            return KubeErrors.outcomeOf(action, e);
        } catch (ClickHouseException e) {
            return new Outcome.Failed<>(action, e.getMessage(), true);
        }
    }
}
