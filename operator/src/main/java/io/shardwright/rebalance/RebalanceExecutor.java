package io.shardwright.rebalance;

import io.shardwright.clickhouse.ClickHouseException;
import io.shardwright.clickhouse.Dialect;
import io.shardwright.clickhouse.Servers;
import io.shardwright.importspec.TargetTable;
import io.shardwright.importspec.TargetTableSql;
import io.shardwright.plan.Outcome;
import io.shardwright.topology.Host;
import java.time.Duration;
import java.util.List;

/** Carries out what the rebalance planners decided. */
final class RebalanceExecutor {
    private final Servers servers;
    /** Longer than a replica needs to link the parts that it has. */
    private static final Duration VISIBLE = Duration.ofSeconds(5);

    private final MoveObserver observer;
    private final Copies copies;

    RebalanceExecutor(Servers servers, MoveObserver observer, Copies copies) {
        this.servers = servers;
        this.observer = observer;
        this.copies = copies;
    }

    /**
     * How things are said and done.
     *
     * @param bytesPerSecond at which a copy may fetch; 0 for no limit
     * @param whenCopied run when a copy is over, however it ended
     */
    record Means(Dialect dialect, long bytesPerSecond, Runnable whenCopied) {}

    Outcome<RebalanceAction> execute(RebalanceAction action, Means means) {
        try {
            run(action, means);
            return new Outcome.Done<>(action);
        } catch (ClickHouseException e) {
            return new Outcome.Failed<>(action, e.getMessage(), true);
        }
    }

    private void run(RebalanceAction action, Means means) {
        var move = action.move();
        switch (action) {
            case RebalanceAction.CopyPartition copy ->
                copies.start(move.id(), () -> copyOrTidyUp(copy, means), means.whenCopied());
            case RebalanceAction.StopQueue stop -> servers.execute(stop.host(), MoveSql.stopQueue(move));
            case RebalanceAction.QueueDrop drop ->
                servers.execute(drop.host(), MoveSql.drop(move), MoveSql.notWaiting());
            case RebalanceAction.RescuePart rescue ->
                servers.execute(rescue.host(), MoveSql.rescue(move, rescue.part()), MoveSql.oneBlock());
            case RebalanceAction.AttachPartition attach -> servers.execute(attach.host(), MoveSql.attach(move));
            case RebalanceAction.AwaitVisible await -> awaitVisible(await);
            case RebalanceAction.StartQueue start -> servers.execute(start.host(), MoveSql.startQueue(move));
            case RebalanceAction.DropMoveTables drop -> dropTables(move, drop.host(), means);
        }
    }

    private void awaitVisible(RebalanceAction.AwaitVisible await) {
        long deadline = System.nanoTime() + VISIBLE.toNanos();
        while (!observer.isVisible(await.move(), await.hosts())) {
            if (System.nanoTime() > deadline) {
                throw new ClickHouseException(
                        ClickHouseException.NO_ANSWER,
                        "what was attached is not visible within " + VISIBLE.toSeconds() + " s",
                        null);
            }
        }
    }

    /** What a copy that broke off has fetched takes room, on a disk that may have none left. */
    private void copyOrTidyUp(RebalanceAction.CopyPartition copy, Means means) {
        try {
            copy(copy, means);
        } catch (ClickHouseException e) {
            try {
                dropTables(copy.move(), copy.host(), means);
            } catch (ClickHouseException again) {
                e.addSuppressed(again);
            }
            throw e;
        }
    }

    /** From scratch: what an attempt that broke off left behind cannot be told from what is complete. */
    private void copy(RebalanceAction.CopyPartition copy, Means means) {
        var move = copy.move();
        var host = copy.host();
        copy.replicas().forEach(replica -> dropTables(move, replica, means));
        var table = table(move, host);
        servers.execute(host, MoveSql.create(move, table, move.inbox(), means.dialect(), means.bytesPerSecond()));
        servers.execute(host, MoveSql.fetch(move, path(move, copy.source())));
        servers.execute(host, MoveSql.unpack(move));
        copy.replicas()
                .forEach(replica -> servers.execute(
                        replica, MoveSql.create(move, table, move.staging(), means.dialect(), means.bytesPerSecond())));
        servers.execute(host, MoveSql.stage(move));
        servers.execute(host, MoveSql.drop(move, move.inbox(), means.dialect()));
    }

    private TargetTable table(Move move, Host host) {
        var database = move.table().database();
        var name = move.table().table();
        return TargetTableSql.read(
                        database,
                        name,
                        servers.query(host, TargetTableSql.table(database, name)),
                        servers.query(host, TargetTableSql.columns(database, name)))
                .orElseThrow(() -> missing(move, host));
    }

    private String path(Move move, Host source) {
        return servers.query(source, MoveSql.replica(move)).stream()
                .map(List::getFirst)
                .findFirst()
                .orElseThrow(() -> missing(move, source));
    }

    private static ClickHouseException missing(Move move, Host host) {
        return new ClickHouseException(
                ClickHouseException.UNKNOWN_TABLE, move.table().table() + " is not on " + host.name(), null);
    }

    private void dropTables(Move move, Host host, Means means) {
        servers.execute(host, MoveSql.drop(move, move.inbox(), means.dialect()));
        servers.execute(host, MoveSql.drop(move, move.staging(), means.dialect()));
    }
}
