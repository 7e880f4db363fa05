package io.shardwright.replacement;

import io.fabric8.kubernetes.client.KubernetesClientException;
import io.shardwright.clickhouse.ClickHouseException;
import io.shardwright.clickhouse.Servers;
import io.shardwright.holdings.ReplicaForgetter;
import io.shardwright.keeper.Keeper;
import io.shardwright.keeper.KeeperException;
import io.shardwright.kube.HostWriter;
import io.shardwright.kube.KubeErrors;
import io.shardwright.plan.Outcome;
import io.shardwright.topology.VolumeClaims;

/** Carries out what the replacement planner decided. */
final class ReplacementExecutor {
    private final HostWriter writer;
    private final Servers servers;
    private final ReplicaForgetter forgetter;

    ReplacementExecutor(HostWriter writer, Servers servers, Keeper keeper) {
        this.writer = writer;
        this.servers = servers;
        this.forgetter = new ReplicaForgetter(keeper);
    }

    Outcome<ReplacementAction> execute(ReplacementAction action) {
        var namespace = action.host().cluster().namespace();
        try {
            switch (action) {
                case ReplacementAction.Admit(var host, var uid, var container) ->
                    writer.openGate(namespace, host.podName(), uid, container);
                case ReplacementAction.Fence(var host, var uid, var version, var why) ->
                    writer.closeGate(namespace, host.podName(), uid, version, why);
                case ReplacementAction.CreateDatabase(var host, var database, var engine) ->
                    servers.execute(host, RestoreSql.createDatabase(database, engine));
                case ReplacementAction.RestoreTable(var host, var table, var sql) -> servers.execute(host, sql);
                case ReplacementAction.CreateFunction(var host, var function, var sql) -> servers.execute(host, sql);
                case ReplacementAction.StopQueues(var host, var uid, var version) -> {
                    writer.closeGate(namespace, host.podName(), uid, version, "its replication queues are stopped");
                    servers.execute(host, QueueSql.STOP);
                }
                case ReplacementAction.StartQueues(var host) -> servers.execute(host, QueueSql.START);
                case ReplacementAction.DropReplica(var host, var replica, var via, var dialect) ->
                    servers.execute(via, dialect.dropReplica(replica.name().value(), replica.path()));
                case ReplacementAction.ForgetReplica(var host, var replica, var coordination) ->
                    forgetter.forget(replica, coordination);
                case ReplacementAction.ForgetBlocks(var host, var path, var lost, var coordination) ->
                    forgetter.forgetBlocks(path, lost, coordination);
                case ReplacementAction.DeleteClaim(var host, var uid) ->
                    writer.deleteClaim(namespace, VolumeClaims.nameOf(host), uid);
                case ReplacementAction.DeletePod(var host, var uid, var force) ->
                    writer.deletePod(namespace, host.podName(), uid, force);
            }
            return new Outcome.Done<>(action);
        } catch (KubernetesClientException e) {
            return KubeErrors.outcomeOf(action, e);
        } catch (ClickHouseException | KeeperException e) {
            return new Outcome.Failed<>(action, e.getMessage(), true);
        }
    }
}
