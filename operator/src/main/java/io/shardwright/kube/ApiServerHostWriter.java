package io.shardwright.kube;

import io.fabric8.kubernetes.api.model.DeleteOptions;
import io.fabric8.kubernetes.api.model.DeleteOptionsBuilder;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.net.HttpURLConnection;
import java.time.Clock;
import java.time.temporal.ChronoUnit;

/** Writes through the Kubernetes API, with the uid of what is meant as a precondition. */
public final class ApiServerHostWriter implements HostWriter {
    private final KubernetesClient client;
    private final Clock clock;

    public ApiServerHostWriter(KubernetesClient client, Clock clock) {
        this.client = client;
        this.clock = clock;
    }

    /**
     * A pod's conditions are merged by type: no other is touched. The annotation has the kubelet look at the pod: while containers
     * are not ready yet it takes note of conditions alone a second later.
     */
    @Override
    public void openGate(String namespace, String pod, String uid, String container) {
        var meant = meant(namespace, pod, uid).addToAnnotations(PodConditions.IN_SERVICE, container);
        setGate(meant.build(), "True", "Complete", container);
    }

    @Override
    public void closeGate(String namespace, String pod, String uid, String version, String why) {
        setGate(meant(namespace, pod, uid).withResourceVersion(version).build(), "False", "Fenced", why);
    }

    private static ObjectMetaBuilder meant(String namespace, String pod, String uid) {
        return new ObjectMetaBuilder().withName(pod).withNamespace(namespace).withUid(uid);
    }

    private void setGate(ObjectMeta meant, String status, String reason, String message) {
        var patch = new PodBuilder()
                .withMetadata(meant)
                .withNewStatus()
                .addNewCondition()
                .withType(PodConditions.IN_SERVICE)
                .withStatus(status)
                .withReason(reason)
                .withMessage(message)
                .withLastTransitionTime(
                        clock.instant().truncatedTo(ChronoUnit.SECONDS).toString())
                .endCondition()
                .endStatus()
                .build();
        ignoringAbsence(() -> client.pods()
                .inNamespace(meant.getNamespace())
                .withName(meant.getName())
                .subresource("status")
                .patch(PatchContext.of(PatchType.STRATEGIC_MERGE), patch));
    }

    @Override
    public void deleteClaim(String namespace, String name, String uid) {
        delete("persistentvolumeclaims", namespace, name, withUid(uid).build());
    }

    @Override
    public void deletePod(String namespace, String name, String uid, boolean force) {
        var options = withUid(uid);
        if (force) {
            options.withGracePeriodSeconds(0L);
        }
        delete("pods", namespace, name, options.build());
    }

    private static DeleteOptionsBuilder withUid(String uid) {
        return new DeleteOptionsBuilder()
                .withApiVersion("v1")
                .withKind("DeleteOptions")
                .withNewPreconditions()
                .withUid(uid)
                .endPreconditions();
    }

    /** The client's own delete knows no precondition but the version. */
    private void delete(String plural, String namespace, String name, DeleteOptions options) {
        ignoringAbsence(
                () -> client.raw("/api/v1/namespaces/" + namespace + "/" + plural + "/" + name, "DELETE", options));
    }

    private static void ignoringAbsence(Runnable request) {
        try {
            request.run();
        } catch (KubernetesClientException e) {
            if (e.getCode() != HttpURLConnection.HTTP_NOT_FOUND) {
                throw e;
            }
        }
    }
}
