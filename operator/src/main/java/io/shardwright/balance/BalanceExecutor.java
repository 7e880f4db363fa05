package io.shardwright.balance;

import io.fabric8.kubernetes.client.KubernetesClientException;
import io.shardwright.kube.KubeErrors;
import io.shardwright.kube.KubeWriter;
import io.shardwright.plan.Outcome;
import io.shardwright.topology.ClusterIntent;

/** Carries out what the balance planner decided. */
final class BalanceExecutor {
    private final KubeWriter writer;

    BalanceExecutor(KubeWriter writer) {
        this.writer = writer;
    }

    Outcome<BalanceAction> execute(BalanceAction action, ClusterIntent cluster) {
        try {
            switch (action) {
                case BalanceAction.CreateRebalance(var name, var untilPercent) ->
                    writer.createIfAbsent(BalanceResources.rebalance(cluster, name, untilPercent));
                case BalanceAction.DeleteRebalance(var name) ->
                    writer.delete(BalanceResources.rebalance(cluster, name, null));
            }
            return new Outcome.Done<>(action);
        } catch (KubernetesClientException e) {
            return KubeErrors.outcomeOf(action, e);
        }
    }
}
