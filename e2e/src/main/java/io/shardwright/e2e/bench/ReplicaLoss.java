package io.shardwright.e2e.bench;

import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.readiness.Readiness;
import io.shardwright.topology.Host;
import java.time.Duration;

/**
 * How long a replica whose volume and pod are deleted takes until it has what its peer has, and its pod is ready: by the same
 * measure both times.
 */
record ReplicaLoss(DataCluster cluster) {
    private static final Duration BACK_WITHIN = Duration.ofMinutes(3);

    Duration byTheOperator() {
        var lost = pod().getMetadata().getUid();
        long began = System.nanoTime();
        loseVolume();
        awaitNewPod(lost);
        awaitInSync();
        return Duration.ofNanos(System.nanoTime() - began);
    }

    Duration byHand() {
        var lost = pod().getMetadata().getUid();
        var schema = cluster.load().schema(peer());
        long began = System.nanoTime();
        loseVolume();
        awaitNewPod(lost);
        await("the new server answers")
                .pollInterval(Duration.ofMillis(100))
                .atMost(BACK_WITHIN)
                .ignoreExceptions()
                .until(() -> cluster.sql().number(victim(), "SELECT 1") == 1);
        cluster.load().create(victim(), isKnownToZooKeeper() ? "ATTACH" : "CREATE", schema);
        awaitInSync();
        return Duration.ofNanos(System.nanoTime() - began);
    }

    /** Then its tables cannot be created: it takes the place that it had. */
    private boolean isKnownToZooKeeper() {
        var path = cluster.sql()
                .value(
                        peer(),
                        "SELECT zookeeper_path FROM system.replicas WHERE database = '" + Load.DATABASE
                                + "' AND table = '" + Load.TABLE + "'");
        var name = cluster.sql().value(victim(), "SELECT substitution FROM system.macros WHERE macro = 'replica'");
        return cluster.sql()
                        .number(
                                peer(),
                                "SELECT count() FROM system.zookeeper WHERE path = '" + path + "/replicas' AND name = '"
                                        + name + "'")
                == 1;
    }

    /** By the pod that came. */
    long received() {
        return cluster.received(victim());
    }

    private void loseVolume() {
        var client = cluster.sandbox().client();
        var namespace = cluster.sandbox().namespace();
        client.persistentVolumeClaims()
                .inNamespace(namespace)
                .withName("data-" + victim().podName())
                .delete();
        client.pods().inNamespace(namespace).withName(victim().podName()).delete();
    }

    private void awaitNewPod(String lost) {
        await("another pod takes its place")
                .pollInterval(Duration.ofMillis(100))
                .atMost(BACK_WITHIN)
                .until(
                        this::pod,
                        pod -> pod != null && !pod.getMetadata().getUid().equals(lost));
    }

    private void awaitInSync() {
        cluster.load().awaitCopied(peer(), victim());
        await("its pod is ready")
                .pollInterval(Duration.ofMillis(100))
                .atMost(BACK_WITHIN)
                .until(() -> Readiness.isPodReady(pod()));
    }

    private Host victim() {
        return cluster.sql().host(0, 1);
    }

    private Host peer() {
        return cluster.sql().host(0, 0);
    }

    private Pod pod() {
        return cluster.sandbox()
                .client()
                .pods()
                .inNamespace(cluster.sandbox().namespace())
                .withName(victim().podName())
                .get();
    }
}
