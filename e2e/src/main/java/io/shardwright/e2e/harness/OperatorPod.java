package io.shardwright.e2e.harness;

import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.readiness.Readiness;
import io.shardwright.OperatorProcess;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The operator's pod. */
public final class OperatorPod {
    private static final String LABEL = "app.kubernetes.io/name";
    private static final int PORT = 8080;

    private final KubernetesClient client;
    private String uid;

    /** Of before the tests: a cluster that was stopped and started has restarted its containers. */
    private int restarts;

    OperatorPod(KubernetesClient client) {
        this.client = client;
        remember(pod());
    }

    private void remember(Pod pod) {
        uid = pod.getMetadata().getUid();
        restarts = restartsOf(pod);
    }

    private static int restartsOf(Pod pod) {
        return pod.getStatus().getContainerStatuses().stream()
                .mapToInt(container -> container.getRestartCount())
                .sum();
    }

    /** The newest: while one replaces another there are two. */
    public Pod pod() {
        return pods().stream()
                .max(Comparator.comparing(pod -> pod.getMetadata().getCreationTimestamp()))
                .orElseThrow(() -> new IllegalStateException("the operator has no pod"));
    }

    private List<Pod> pods() {
        return client.pods()
                .inNamespace(OperatorRelease.NAMESPACE)
                .withLabel(LABEL, OperatorRelease.NAME)
                .list()
                .getItems();
    }

    public String log() {
        return client.pods().resource(pod()).getLog();
    }

    /** Without a moment to tidy up. */
    public void kill() {
        var killed = pod();
        end(killed.getMetadata().getName());
        client.pods()
                .inNamespace(OperatorRelease.NAMESPACE)
                .withLabel(LABEL, OperatorRelease.NAME)
                .waitUntilCondition(
                        pod -> pod != null
                                && !pod.getMetadata()
                                        .getUid()
                                        .equals(killed.getMetadata().getUid())
                                && Readiness.isPodReady(pod),
                        60,
                        TimeUnit.SECONDS);
        remember(pod());
    }

    /** From now on there are as many, each ready; one of them acts. */
    public void scale(int replicas) {
        var deployment = client.apps()
                .deployments()
                .inNamespace(OperatorRelease.NAMESPACE)
                .withName(OperatorRelease.NAME);
        deployment.scale(replicas);
        deployment.waitUntilCondition(OperatorRelease::isRolledOut, 60, TimeUnit.SECONDS);
        await("the others are gone").atMost(Sandbox.SOON).until(() -> pods().size() == replicas);
        remember(pod());
    }

    /** The name of the pod that acts. */
    public String leader() {
        return client.leases()
                .inNamespace(OperatorRelease.NAMESPACE)
                .withName(OperatorProcess.LEASE)
                .require()
                .getSpec()
                .getHolderIdentity();
    }

    /**
     * Ends the one that acts as {@link #kill} does, and waits for nothing.
     *
     * @return its name
     */
    public String killLeader() {
        var leader = leader();
        end(leader);
        return leader;
    }

    private void end(String pod) {
        client.pods()
                .inNamespace(OperatorRelease.NAMESPACE)
                .withName(pod)
                .withGracePeriod(0)
                .delete();
    }

    /** Before its node is taken away: it would not be moved for minutes. */
    public void moveOff(String node) {
        if (node.equals(pod().getSpec().getNodeName())) {
            setUnschedulable(node, true);
            kill();
            setUnschedulable(node, false);
        }
    }

    private void setUnschedulable(String name, boolean unschedulable) {
        client.nodes().withName(name).edit(node -> {
            node.getSpec().setUnschedulable(unschedulable);
            return node;
        });
    }

    /** Fails if the operator ended since it was installed, or since a test killed it. */
    void assertNeverRestarted() {
        var pod = pod();
        int since = restartsOf(pod) - restarts;
        if (since > 0 || !pod.getMetadata().getUid().equals(uid)) {
            throw new AssertionError("the operator's pod ended by itself: " + since + " restarts of "
                    + pod.getMetadata().getName() + "; before its end it said:\n" + previousLog(pod));
        }
    }

    private String previousLog(Pod pod) {
        try {
            return client.pods().resource(pod).terminated().tailingLines(40).getLog();
        } catch (RuntimeException e) {
            return "(its log is gone: " + e.getMessage() + ")";
        }
    }

    /** What /metrics says now. */
    public Metrics metrics() {
        try (var forward = client.pods().resource(pod()).portForward(PORT);
                var http = HttpClient.newHttpClient()) {
            var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + forward.getLocalPort() + "/metrics"))
                    .build();
            return Metrics.parse(
                    http.send(request, HttpResponse.BodyHandlers.ofString()).body());
        } catch (IOException e) {
            throw new IllegalStateException("the operator does not tell its metrics", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
