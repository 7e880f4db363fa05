package io.shardwright.e2e.bench;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.shardwright.e2e.harness.OperatorInstallation;
import io.shardwright.e2e.harness.OperatorPod;
import io.shardwright.e2e.harness.Sandbox;
import io.shardwright.e2e.harness.TestCluster;
import java.util.UUID;

/** Runs every measurement and prints a table of medians beside their budgets. */
public final class Bench {
    private static final String NAME = "bench";

    private final KubernetesClient client;
    private final OperatorPod operator;
    private final int rounds;
    private final Report report = new Report();

    private Bench(KubernetesClient client, OperatorPod operator, int rounds) {
        this.client = client;
        this.operator = operator;
        this.rounds = rounds;
    }

    /** @param arguments how many rounds; 3 if not given */
    public static void main(String[] arguments) {
        int status = 0;
        try {
            measure(arguments.length > 0 ? Integer.parseInt(arguments[0]) : 3);
        } catch (RuntimeException e) {
            e.printStackTrace();
            status = 1;
        }
        // The fabric8 client leaves threads behind that are not daemons.
        System.exit(status);
    }

    private static void measure(int rounds) {
        var cluster = TestCluster.find();
        try (var client = cluster.client()) {
            var operator = OperatorInstallation.on(cluster, client);
            System.out.println("bench: on " + cluster.provider() + ", "
                    + Runtime.getRuntime().availableProcessors() + " processors, " + rounds + " rounds");
            new Bench(client, operator, rounds).run();
        }
    }

    /** What was measured is told even if the rest fails. */
    private void run() {
        try {
            warmUp();
            for (int round = 0; round < rounds; round++) {
                compareCreation();
            }
            for (int round = 0; round < rounds; round++) {
                addShard(round == 0);
            }
            new OperatorFootprint(client, operator, report).measure(rounds);
            new DataBench(client, report).measure(rounds);
        } finally {
            System.out.println(report.table());
        }
    }

    /** What this process loads and compiles for its first cluster, a second's worth, is nobody's time. */
    private void warmUp() {
        try (var sandbox = sandbox(client)) {
            new ClusterCreation(sandbox, NAME, 2, 2).byTheOperator();
        }
    }

    /** One after the other, so that neither disturbs the other. */
    private void compareCreation() {
        RecordedObjects recorded;
        try (var sandbox = sandbox(client)) {
            report.add(Report.CREATE, new ClusterCreation(sandbox, NAME, 2, 2).byTheOperator());
            recorded = RecordedObjects.of(sandbox);
        }
        try (var sandbox = sandbox(client)) {
            report.add(Report.CREATE_BY_HAND, new ClusterCreation(sandbox, NAME, 2, 2).byHand(recorded));
        }
    }

    private void addShard(boolean idleFirst) {
        try (var sandbox = sandbox(client)) {
            var growth = new ClusterGrowth(sandbox);
            growth.createThreeByTwo();
            if (idleFirst) {
                new IdlePasses(client, operator, report).measure();
            }
            report.add(Report.ADD_SHARD, growth.addShard());
        }
    }

    static Sandbox sandbox(KubernetesClient client) {
        return new Sandbox(client, NAME + "-" + UUID.randomUUID().toString().substring(0, 5));
    }
}
