package io.shardwright.importjob;

import io.fabric8.kubernetes.client.KubernetesClientException;
import io.shardwright.clickhouse.ClickHouseException;
import io.shardwright.clickhouse.Servers;
import io.shardwright.clickhouse.Sql;
import io.shardwright.importspec.StagingSql;
import io.shardwright.kube.KubeErrors;
import io.shardwright.kube.KubeWriter;
import io.shardwright.plan.Outcome;

/** Carries out what the import planners decided. */
final class ImportExecutor {
    private final Servers servers;
    private final KubeWriter writer;

    ImportExecutor(Servers servers, KubeWriter writer) {
        this.servers = servers;
        this.writer = writer;
    }

    Outcome<ImportAction> execute(ImportAction action) {
        try {
            switch (action) {
                case ImportAction.CreateObject create -> writer.createIfAbsent(create.object());
                case ImportAction.DeleteWorker delete -> writer.delete(delete.job());
                case ImportAction.OnHost onHost -> execute(onHost);
            }
            return new Outcome.Done<>(action);
        } catch (KubernetesClientException e) {
            return KubeErrors.outcomeOf(action, e);
        } catch (ClickHouseException e) {
            return new Outcome.Failed<>(action, e.getMessage(), true);
        }
    }

    private void execute(ImportAction.OnHost action) {
        switch (action) {
            case ImportAction.AdoptStaging adopt -> {
                var names = adopt.names();
                run(adopt, StagingSql.rename(adopt.database(), names.attempt(adopt.attempt()), names.complete()));
            }
            case ImportAction.MergePartition merge ->
                run(
                        merge,
                        StagingSql.mergePartition(
                                merge.database(), merge.names().complete(), merge.partition()));
            case ImportAction.CreateFingerprints create ->
                run(
                        create,
                        StagingSql.createFingerprints(
                                create.target(), create.names(), create.host().shard()));
            case ImportAction.TakeFingerprint take ->
                run(
                        take,
                        StagingSql.attachPartition(
                                take.database(),
                                take.names().fingerprints(),
                                take.partition(),
                                take.names().complete()));
            case ImportAction.PublishPartition publish ->
                run(
                        publish,
                        StagingSql.attachPartition(
                                publish.database(),
                                publish.table(),
                                publish.partition(),
                                publish.names().complete()));
            case ImportAction.DropStagedPartition drop ->
                run(drop, StagingSql.dropPartition(drop.database(), drop.names().complete(), drop.partition()));
            case ImportAction.ForgetFingerprint forget ->
                run(
                        forget,
                        StagingSql.dropPartition(
                                forget.database(), forget.names().fingerprints(), forget.partition()));
            case ImportAction.DropStagingTable drop ->
                run(drop, drop.dialect().dropTable(Sql.qualified(drop.database(), drop.table())));
        }
    }

    private void run(ImportAction.OnHost action, String sql) {
        servers.execute(action.host(), sql);
    }
}
