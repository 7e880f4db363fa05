package io.shardwright.importjob;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.LocalObjectReference;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.shardwright.clickhouse.Dialect;
import io.shardwright.importjob.ImportObserved.Begun;
import io.shardwright.importspec.ImportJson;
import io.shardwright.importspec.ImportSpec;
import io.shardwright.importspec.WorkerReport;
import io.shardwright.topology.Labels;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ImportResourcesTest {
    private static final ConfigMap SPECIFICATION =
            ImportResources.specification(Imports.INTENT, Imports.CLUSTER, Imports.spec());
    private static final Job JOB = ImportResources.job(Imports.INTENT, Imports.begun(), "operator:0.1.0");
    private static final PodSpec POD = JOB.getSpec().getTemplate().getSpec();

    @Test
    void theWorkerIsAllowedInANamespaceThatRestrictsItsPods() {
        assertThat(POD.getSecurityContext().getRunAsNonRoot()).isTrue();
        assertThat(POD.getSecurityContext().getSeccompProfile().getType()).isEqualTo("RuntimeDefault");
        assertThat(POD.getAutomountServiceAccountToken()).isFalse();
        assertThat(POD.getContainers()).singleElement().satisfies(container -> {
            var security = container.getSecurityContext();
            assertThat(security.getAllowPrivilegeEscalation()).isFalse();
            assertThat(security.getCapabilities().getDrop()).containsExactly("ALL");
        });
    }

    @Test
    void thePasswordIsOnlyReferredTo() {
        assertThat(POD.getContainers().getFirst().getEnv())
                .filteredOn(variable -> variable.getName().equals("SHARDWRIGHT_PASSWORD"))
                .singleElement()
                .satisfies(password -> {
                    assertThat(password.getValue()).isNull();
                    assertThat(password.getValueFrom().getSecretKeyRef().getName())
                            .isEqualTo("flights-user-shardwright");
                });
        assertThat(POD.getContainers().getFirst().getEnv())
                .extracting(EnvVar::getName)
                .contains("SHARDWRIGHT_ATTEMPT");
        assertThat(SPECIFICATION.getData()).containsOnlyKeys(ImportResources.SPEC_KEY);
        assertThat(SPECIFICATION.getData().get(ImportResources.SPEC_KEY)).doesNotContainIgnoringCase("password");
    }

    @Test
    void theSpecificationIsReadAsItWasWrittenAndNeverChanges() {
        assertThat(SPECIFICATION.getImmutable()).isTrue();
        assertThat(ImportJson.read(SPECIFICATION.getData().get(ImportResources.SPEC_KEY), ImportSpec.class))
                .isEqualTo(Imports.spec());
    }

    @Test
    void everyObjectTellsWhoseItIs() {
        assertThat(List.of(SPECIFICATION.getMetadata(), JOB.getMetadata())).allSatisfy(metadata -> {
            assertThat(metadata.getName()).isEqualTo("year-import");
            assertThat(metadata.getNamespace()).isEqualTo("flights");
            assertThat(metadata.getOwnerReferences()).containsExactly(Imports.INTENT.owner());
        });
        assertThat(Stream.of(
                                SPECIFICATION.getMetadata(),
                                JOB.getMetadata(),
                                JOB.getSpec().getTemplate().getMetadata())
                        .map(ObjectMeta::getLabels))
                .containsOnly(Map.of(
                        Labels.MANAGED_BY,
                        Labels.OPERATOR,
                        Labels.CLUSTER,
                        "flights",
                        Labels.COMPONENT,
                        "importer",
                        Labels.IMPORT_JOB,
                        "year"));
    }

    @Test
    void theWorkersImageIsPulledWithTheClustersSecrets() {
        var begun = new Begun(
                Imports.spec(),
                Imports.CLUSTER,
                Dialect.of("18.16.1"),
                List.of(new LocalObjectReference("registry")),
                false);

        assertThat(ImportResources.job(Imports.INTENT, begun, "operator:0.1.0")
                        .getSpec()
                        .getTemplate()
                        .getSpec()
                        .getImagePullSecrets())
                .extracting(LocalObjectReference::getName)
                .containsExactly("registry");
        assertThat(POD.getImagePullSecrets()).isEmpty();
    }

    @Test
    void whatAWorkerRefusesIsNotTriedAgainAndADrainedNodeIsNotCounted() {
        assertThat(JOB.getSpec().getBackoffLimit()).isEqualTo(2);
        var rules = JOB.getSpec().getPodFailurePolicy().getRules();
        assertThat(rules.getFirst().getAction()).isEqualTo("FailJob");
        assertThat(rules.getFirst().getOnExitCodes().getValues()).containsExactly(WorkerReport.EXIT_REFUSED);
        assertThat(rules.getLast().getAction()).isEqualTo("Ignore");
        assertThat(rules.getLast().getOnPodConditions().getFirst().getType()).isEqualTo("DisruptionTarget");
    }
}
