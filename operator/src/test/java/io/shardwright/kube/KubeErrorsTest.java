package io.shardwright.kube;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.StatusBuilder;
import io.fabric8.kubernetes.api.model.StatusDetails;
import io.fabric8.kubernetes.api.model.StatusDetailsBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.shardwright.plan.Action;
import io.shardwright.plan.Outcome;
import java.util.List;
import org.junit.jupiter.api.Test;

final class KubeErrorsTest {
    private static final Step STEP = new Step();

    @Test
    void whatANamespaceThatIsGoingRefusesIsMoot() {
        assertThat(KubeErrors.outcomeOf(STEP, forbidden("NamespaceTerminating")))
                .isEqualTo(new Outcome.Moot<>(STEP));
    }

    @Test
    void whatANamespaceThatIsGoneTakesNoMoreIsMoot() {
        assertThat(KubeErrors.outcomeOf(STEP, notFound("namespaces", "ns"))).isEqualTo(new Outcome.Moot<>(STEP));
    }

    @Test
    void anyOtherRefusalFailsForGood() {
        assertThat(KubeErrors.outcomeOf(STEP, forbidden("FieldValueForbidden")))
                .isEqualTo(new Outcome.Failed<>(STEP, "no", false));
        assertThat(KubeErrors.outcomeOf(STEP, new KubernetesClientException("no", 403, null)))
                .isEqualTo(new Outcome.Failed<>(STEP, "no", false));
    }

    @Test
    void aRequestForAnotherVersionIsOvertaken() {
        assertThat(KubeErrors.outcomeOf(STEP, conflict("Conflict"))).isEqualTo(new Outcome.Overtaken<>(STEP));
    }

    @Test
    void aNameThatIsTakenIsAFailure() {
        assertThat(KubeErrors.outcomeOf(STEP, conflict("AlreadyExists")))
                .isEqualTo(new Outcome.Failed<>(STEP, "no", true));
    }

    @Test
    void aFieldThatAnotherOwnsIsAFailure() {
        var owned = conflict("Conflict");
        owned.getStatus().setDetails(causedBy("FieldManagerConflict"));

        assertThat(KubeErrors.outcomeOf(STEP, owned)).isEqualTo(new Outcome.Failed<>(STEP, "no", true));
    }

    @Test
    void silenceMayPass() {
        assertThat(KubeErrors.outcomeOf(STEP, new KubernetesClientException("timeout")))
                .isEqualTo(new Outcome.Failed<>(STEP, "timeout", true));
    }

    @Test
    void aResourceThatIsGoneIsNotTriedAgain() {
        for (var gone : List.of(notFound("configmaps", "m"), notFound("namespaces", "ns"))) {
            var control = StatusPatch.unlessGone(configMap("m"), gone);

            assertThat(control.isNoRetry()).isTrue();
            assertThat(control.isDefaultErrorProcessing()).isFalse();
            assertThat(control.getResource()).isEmpty();
        }
    }

    @Test
    void whatElseThrowsIsLeftToTheFramework() {
        assertThat(StatusPatch.unlessGone(configMap("m"), notFound("configmaps", "other"))
                        .isDefaultErrorProcessing())
                .isTrue();
        assertThat(StatusPatch.unlessGone(configMap("m"), new KubernetesClientException("no", 404, null))
                        .isDefaultErrorProcessing())
                .isTrue();
        assertThat(StatusPatch.unlessGone(configMap("m"), new IllegalStateException())
                        .isDefaultErrorProcessing())
                .isTrue();
    }

    private static KubernetesClientException forbidden(String cause) {
        var status = new StatusBuilder()
                .withCode(403)
                .withMessage("no")
                .withDetails(causedBy(cause))
                .build();
        return new KubernetesClientException("no", 403, status);
    }

    private static KubernetesClientException conflict(String reason) {
        var status = new StatusBuilder()
                .withCode(409)
                .withMessage("no")
                .withReason(reason)
                .build();
        return new KubernetesClientException("no", 409, status);
    }

    private static StatusDetails causedBy(String cause) {
        return new StatusDetailsBuilder()
                .addNewCause()
                .withReason(cause)
                .endCause()
                .build();
    }

    private static KubernetesClientException notFound(String kind, String name) {
        var status = new StatusBuilder()
                .withCode(404)
                .withNewDetails()
                .withKind(kind)
                .withName(name)
                .endDetails()
                .build();
        return new KubernetesClientException("not found", 404, status);
    }

    private static ConfigMap configMap(String name) {
        return new ConfigMapBuilder()
                .withNewMetadata()
                .withName(name)
                .endMetadata()
                .build();
    }

    private record Step() implements Action {
        @Override
        public String subject() {
            return "s";
        }

        @Override
        public String describe() {
            return "step";
        }
    }
}
