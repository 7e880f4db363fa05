package io.shardwright.e2e.bench;

import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Duration;

/**
 * What is done to clusters with data: by the operator on one cluster, and by hand on another one of the same objects and rows,
 * which no operator looks after. Partitions are moved on the same cluster, by the operator in one direction and by hand in the
 * other.
 */
final class DataBench {
    private final KubernetesClient client;
    private final Report report;

    DataBench(KubernetesClient client, Report report) {
        this.client = client;
        this.report = report;
    }

    void measure(int rounds) {
        try (var sandbox = Bench.sandbox(client);
                var another = Bench.sandbox(client);
                var operated = DataCluster.in(sandbox);
                var byHand = DataCluster.in(another)) {
            new ClusterCreation(sandbox, DataCluster.NAME, 1, 2).byTheOperator();
            sandbox.apply(Load.YAML);
            sandbox.awaitTableReady(Load.TABLE);
            createByHand(operated, byHand);
            operated.load().fill();
            byHand.load().fill();
            scale(operated, byHand);
            for (int round = 0; round < rounds; round++) {
                replace(operated, byHand);
            }
            for (int round = 0; round < rounds; round++) {
                rebalance(operated, "round-" + round);
            }
        }
    }

    private static void createByHand(DataCluster operated, DataCluster byHand) {
        new ClusterCreation(byHand.sandbox(), DataCluster.NAME, 1, 2).byHand(RecordedObjects.of(operated.sandbox()));
        var schema = operated.load().schema(operated.sql().host(0, 0));
        for (int replica = 0; replica < 2; replica++) {
            byHand.load().create(byHand.sql().host(0, replica), "CREATE", schema);
        }
    }

    private void scale(DataCluster operated, DataCluster byHand) {
        operated.load().awaitQuiet();
        report.add(Report.SCALE, new ShardAddition(operated).byTheOperator());
        report.addBytes(Report.SCALE_RECEIVED, operated.received(1));
        var moved = operated.load().partitions(operated.sql().host(1, 0)).keySet();
        var grown = RecordedObjects.of(operated.sandbox());
        report.add(Report.SCALE_BY_HAND, new ShardAddition(byHand).byHand(grown, moved));
        report.addBytes(Report.SCALE_RECEIVED_BY_HAND, byHand.received(1));
    }

    private void replace(DataCluster operated, DataCluster byHand) {
        var loss = new ReplicaLoss(operated);
        report.add(Report.REPLACE, loss.byTheOperator());
        report.addBytes(Report.REPLACE_RECEIVED, loss.received());
        var lossByHand = new ReplicaLoss(byHand);
        report.add(Report.REPLACE_BY_HAND, lossByHand.byHand());
        report.addBytes(Report.REPLACE_RECEIVED_BY_HAND, lossByHand.received());
    }

    private void rebalance(DataCluster cluster, String name) {
        var load = cluster.load();
        var away = load.partitions(cluster.sql().host(1, 0));
        long received = cluster.received(0);
        var moves = new MovesByHand(cluster.sql(), load);
        report.add(Report.REBALANCE_BY_HAND, moves.move(away.keySet(), 1, 0));
        report.addBytes(Report.REBALANCE_RECEIVED_BY_HAND, cluster.received(0) - received);
        rate(
                Report.FETCH_RATE,
                away.values().stream().mapToLong(Long::longValue).sum(),
                moves.fetching());
        load.awaitQuiet();
        var balancing = new Balancing(cluster);
        received = cluster.received(1);
        long least = Balancing.least(load.partitions(cluster.sql().host(0, 0)).values());
        var took = balancing.byTheOperator(name);
        report.add(Report.REBALANCE, took);
        report.addBytes(Report.REBALANCE_RECEIVED, cluster.received(1) - received);
        report.addBytes(Report.REBALANCE_MOVED, balancing.bytesMoved(name));
        report.addBytes(Report.REBALANCE_LEAST, least);
        rate(Report.REBALANCE_RATE, balancing.bytesMoved(name), took);
    }

    private void rate(String what, long bytes, Duration took) {
        report.addBytes(what, bytes * 1000 / took.toMillis());
    }
}
