package io.shardwright.importjob;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.EnvVarBuilder;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodSpecBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import io.shardwright.importjob.ImportObserved.Begun;
import io.shardwright.importspec.ImportJson;
import io.shardwright.importspec.ImportSpec;
import io.shardwright.importspec.WorkerReport;
import io.shardwright.topology.ClusterRef;
import io.shardwright.topology.Labels;
import io.shardwright.topology.PodSecurity;
import io.shardwright.topology.SharedObjects;
import io.shardwright.topology.Volumes;
import java.util.Map;

/** The objects of an import's worker. */
final class ImportResources {
    static final String SPEC_KEY = "spec.json";
    static final int PROGRESS_PORT = 8080;

    private static final String SPEC_DIRECTORY = "/etc/shardwright/import";
    private static final String USER = "shardwright";
    private static final long USER_ID = 65_532;

    private ImportResources() {}

    /** Name of the ConfigMap and of the Job. */
    static String name(ImportIntent intent) {
        return intent.name() + "-import";
    }

    /** What the worker is to do. Written once; the import keeps to it whatever becomes of the table. */
    static ConfigMap specification(ImportIntent intent, ClusterRef cluster, ImportSpec spec) {
        return new ConfigMapBuilder()
                .withMetadata(metadata(intent, cluster))
                .withData(Map.of(SPEC_KEY, ImportJson.write(spec)))
                .withImmutable(true)
                .build();
    }

    /** Each pod is an attempt; one that was refused is the last. */
    static Job job(ImportIntent intent, Begun begun, String image) {
        var cluster = begun.cluster();
        return new JobBuilder()
                .withMetadata(metadata(intent, cluster))
                .withNewSpec()
                .withBackoffLimit(intent.backoffLimit())
                .withCompletions(1)
                .withParallelism(1)
                .withNewPodFailurePolicy()
                .addNewRule()
                .withAction("FailJob")
                .withNewOnExitCodes()
                .withOperator("In")
                .withValues(WorkerReport.EXIT_REFUSED)
                .endOnExitCodes()
                .endRule()
                .addNewRule()
                // A node that is drained is not the import's failure.
                .withAction("Ignore")
                .addNewOnPodCondition()
                .withType("DisruptionTarget")
                .withStatus("True")
                .endOnPodCondition()
                .endRule()
                .endPodFailurePolicy()
                .withNewTemplate()
                .withNewMetadata()
                .withLabels(labels(intent, cluster))
                .endMetadata()
                .withSpec(pod(intent, begun, image))
                .endTemplate()
                .endSpec()
                .build();
    }

    /** Which Job is meant. */
    static Job jobRef(ImportIntent intent) {
        return new JobBuilder()
                .withNewMetadata()
                .withName(name(intent))
                .withNamespace(intent.namespace())
                .endMetadata()
                .build();
    }

    private static PodSpec pod(ImportIntent intent, Begun begun, String image) {
        return new PodSpecBuilder()
                .withRestartPolicy("Never")
                .withAutomountServiceAccountToken(false)
                .withEnableServiceLinks(false)
                .withTerminationGracePeriodSeconds(5L)
                .withImagePullSecrets(begun.imagePullSecrets())
                .withSecurityContext(PodSecurity.pod(USER_ID))
                .withContainers(container(begun.cluster(), image))
                .withVolumes(Volumes.ofConfigMap("spec", name(intent)), Volumes.empty("tmp"))
                .build();
    }

    private static Container container(ClusterRef cluster, String image) {
        return new ContainerBuilder()
                .withName("import")
                .withImage(image)
                .withArgs("import-worker", "--spec", SPEC_DIRECTORY + "/" + SPEC_KEY)
                .withEnv(
                        fromPod("SHARDWRIGHT_ATTEMPT", "metadata.name"),
                        password(cluster),
                        // Chunks of rows are what fills the memory; the JVM's default would leave most of it unused.
                        new EnvVarBuilder()
                                .withName("JAVA_TOOL_OPTIONS")
                                .withValue("-XX:MaxRAMPercentage=65")
                                .build())
                .addNewPort()
                .withName("progress")
                .withContainerPort(PROGRESS_PORT)
                .withProtocol("TCP")
                .endPort()
                .withVolumeMounts(Volumes.mountReadOnly("spec", SPEC_DIRECTORY), Volumes.mount("tmp", "/tmp"))
                .withNewResources()
                .withRequests(Map.of("cpu", new Quantity("100m"), "memory", new Quantity("256Mi")))
                .withLimits(Map.of("memory", new Quantity("512Mi")))
                .endResources()
                .withSecurityContext(PodSecurity.container())
                .withTerminationMessagePolicy("FallbackToLogsOnError")
                .build();
    }

    private static EnvVar fromPod(String name, String field) {
        return new EnvVarBuilder()
                .withName(name)
                .withNewValueFrom()
                .withNewFieldRef()
                .withFieldPath(field)
                .endFieldRef()
                .endValueFrom()
                .build();
    }

    private static EnvVar password(ClusterRef cluster) {
        return new EnvVarBuilder()
                .withName("SHARDWRIGHT_PASSWORD")
                .withNewValueFrom()
                .withNewSecretKeyRef()
                .withName(cluster.userSecretName(USER))
                .withKey(SharedObjects.PASSWORD_KEY)
                .endSecretKeyRef()
                .endValueFrom()
                .build();
    }

    private static ObjectMeta metadata(ImportIntent intent, ClusterRef cluster) {
        return new ObjectMetaBuilder()
                .withName(name(intent))
                .withNamespace(intent.namespace())
                .withLabels(labels(intent, cluster))
                .withOwnerReferences(intent.owner())
                .build();
    }

    private static Map<String, String> labels(ImportIntent intent, ClusterRef cluster) {
        var labels = Labels.of(cluster, Labels.Component.importer);
        labels.put(Labels.IMPORT_JOB, intent.name());
        return labels;
    }
}
