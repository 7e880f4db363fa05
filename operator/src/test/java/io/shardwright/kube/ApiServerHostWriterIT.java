package io.shardwright.kube;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.shardwright.testing.ControlPlane;
import java.io.IOException;
import java.time.Clock;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What a real API server makes of writes that are meant for one object and no other. */
final class ApiServerHostWriterIT {
    private static ControlPlane controlPlane;
    private static ApiServerHostWriter writer;

    @BeforeAll
    static void start() throws IOException, InterruptedException {
        controlPlane = ControlPlane.up();
        writer = new ApiServerHostWriter(controlPlane.client(), Clock.systemUTC());
    }

    @AfterAll
    static void close() {
        controlPlane.close();
    }

    @Test
    void opensAndClosesTheGateAndTouchesNoOtherCondition() {
        var before = pod("gate");
        var uid = before.getMetadata().getUid();

        writer.openGate(controlPlane.namespace(), "gate", uid, "container 1");

        assertThat(PodConditions.isTrue(standing("gate"), PodConditions.IN_SERVICE))
                .isTrue();
        assertThat(PodConditions.find(standing("gate"), PodConditions.IN_SERVICE))
                .hasValueSatisfying(gate -> assertThat(gate.getMessage()).isEqualTo("container 1"));
        assertThat(PodConditions.isTrue(standing("gate"), "ContainersReady")).isTrue();
        assertThat(standing("gate").getMetadata().getAnnotations())
                .as("what has the kubelet look at once")
                .containsEntry(PodConditions.IN_SERVICE, "container 1");

        assertThatThrownBy(() -> writer.closeGate(
                        controlPlane.namespace(),
                        "gate",
                        uid,
                        before.getMetadata().getResourceVersion(),
                        "out of date"))
                .isInstanceOf(KubernetesClientException.class);
        assertThat(PodConditions.isTrue(standing("gate"), PodConditions.IN_SERVICE))
                .isTrue();

        writer.closeGate(
                controlPlane.namespace(),
                "gate",
                uid,
                standing("gate").getMetadata().getResourceVersion(),
                "asked for");

        assertThat(PodConditions.isTrue(standing("gate"), PodConditions.IN_SERVICE))
                .isFalse();
        assertThat(PodConditions.isTrue(standing("gate"), "ContainersReady")).isTrue();
    }

    @Test
    void letsNoOtherPodOfTheNameIn() {
        pod("renewed");

        assertThatThrownBy(() -> writer.openGate(controlPlane.namespace(), "renewed", "another uid", "container 1"))
                .isInstanceOf(KubernetesClientException.class);
        assertThat(PodConditions.isTrue(standing("renewed"), PodConditions.IN_SERVICE))
                .isFalse();
    }

    @Test
    void aPodThatIsGoneIsFine() {
        writer.openGate(controlPlane.namespace(), "gone", "uid", "container 1");
        writer.closeGate(controlPlane.namespace(), "gone", "uid", "1", "gone");
        writer.deletePod(controlPlane.namespace(), "gone", "uid", true);
        writer.deleteClaim(controlPlane.namespace(), "gone", "uid");
    }

    @Test
    void deletesThePodThatIsMeantAndNoOther() {
        var uid = pod("deleted").getMetadata().getUid();

        assertThatThrownBy(() -> writer.deletePod(controlPlane.namespace(), "deleted", "another uid", true))
                .isInstanceOf(KubernetesClientException.class);
        assertThat(standing("deleted")).isNotNull();

        writer.deletePod(controlPlane.namespace(), "deleted", uid, true);
        assertThat(standing("deleted")).isNull();
    }

    @Test
    void deletesTheClaimThatIsMeantAndNoOther() {
        var claim = controlPlane
                .client()
                .resource(new PersistentVolumeClaimBuilder()
                        .withNewMetadata()
                        .withName("claim")
                        .withNamespace(controlPlane.namespace())
                        .endMetadata()
                        .withNewSpec()
                        .withAccessModes("ReadWriteOnce")
                        .withNewResources()
                        .addToRequests("storage", new Quantity("1Gi"))
                        .endResources()
                        .endSpec()
                        .build())
                .create();

        assertThatThrownBy(() -> writer.deleteClaim(controlPlane.namespace(), "claim", "another uid"))
                .isInstanceOf(KubernetesClientException.class);
        assertThat(claim().getMetadata().getDeletionTimestamp()).isNull();

        writer.deleteClaim(
                controlPlane.namespace(), "claim", claim.getMetadata().getUid());
        var left = claim();
        assertThat(left == null || left.getMetadata().getDeletionTimestamp() != null)
                .isTrue();
    }

    private static PersistentVolumeClaim claim() {
        return controlPlane
                .client()
                .persistentVolumeClaims()
                .inNamespace(controlPlane.namespace())
                .withName("claim")
                .get();
    }

    private static Pod standing(String name) {
        return controlPlane
                .client()
                .pods()
                .inNamespace(controlPlane.namespace())
                .withName(name)
                .get();
    }

    /** Its containers are ready, as the kubelet would say. */
    private static Pod pod(String name) {
        var pod = controlPlane
                .client()
                .resource(new PodBuilder()
                        .withNewMetadata()
                        .withName(name)
                        .withNamespace(controlPlane.namespace())
                        .endMetadata()
                        .withNewSpec()
                        .addNewContainer()
                        .withName("c")
                        .withImage("none")
                        .endContainer()
                        .endSpec()
                        .build())
                .create();
        pod.getStatus()
                .getConditions()
                .add(new io.fabric8.kubernetes.api.model.PodConditionBuilder()
                        .withType("ContainersReady")
                        .withStatus("True")
                        .build());
        return controlPlane.client().resource(pod).updateStatus();
    }
}
