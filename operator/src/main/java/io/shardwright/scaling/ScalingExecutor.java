package io.shardwright.scaling;

import io.fabric8.kubernetes.client.KubernetesClientException;
import io.shardwright.clickhouse.ClickHouseException;
import io.shardwright.clickhouse.Dialect;
import io.shardwright.clickhouse.Servers;
import io.shardwright.clickhouse.Sql;
import io.shardwright.keeper.KeeperException;
import io.shardwright.kube.KubeErrors;
import io.shardwright.kube.KubeWriter;
import io.shardwright.plan.Outcome;
import io.shardwright.topology.ClusterIntent;
import java.util.TreeSet;

/** Carries out what the scaling planner decided. */
final class ScalingExecutor {
    private final KubeWriter writer;
    private final Servers servers;
    private final Replicas replicas;

    ScalingExecutor(KubeWriter writer, Servers servers, Replicas replicas) {
        this.writer = writer;
        this.servers = servers;
        this.replicas = replicas;
    }

    Outcome<ScalingAction> execute(ScalingAction action, ClusterIntent cluster) {
        try {
            switch (action) {
                case ScalingAction.DropTable(var host, var table) ->
                    servers.execute(
                            host,
                            Dialect.of(cluster.version()).dropTable(Sql.qualified(table.database(), table.name())));
                case ScalingAction.ForgetReplicas(var host, var via) -> replicas.forget(host, via, cluster);
                case ScalingAction.CreateRebalance(var name, var drain) ->
                    writer.createIfAbsent(ScalingResources.rebalance(cluster, name, drain));
                case ScalingAction.DeleteRebalance(var name) ->
                    writer.delete(ScalingResources.rebalance(cluster, name, new TreeSet<>()));
            }
            return new Outcome.Done<>(action);
        } catch (KubernetesClientException e) {
            return KubeErrors.outcomeOf(action, e);
        } catch (ClickHouseException | KeeperException e) {
            return new Outcome.Failed<>(action, e.getMessage(), true);
        }
    }
}
