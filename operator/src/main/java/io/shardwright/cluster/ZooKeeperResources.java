package io.shardwright.cluster;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodSpecBuilder;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.ProbeBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSetBuilder;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudgetBuilder;
import io.shardwright.topology.ClusterIntent;
import io.shardwright.topology.Coordination;
import io.shardwright.topology.Labels;
import io.shardwright.topology.Owners;
import io.shardwright.topology.PodSecurity;
import io.shardwright.topology.Ports;
import io.shardwright.topology.Spread;
import io.shardwright.topology.VolumeClaims;
import io.shardwright.topology.Volumes;
import java.util.List;

/** A ZooKeeper ensemble: one StatefulSet whose pods start together. */
final class ZooKeeperResources {
    /** The official image's user. */
    private static final long USER = 1000;

    /** A member serves once most of them are there: none is killed for want of the others. */
    private static final int SECONDS_TO_START = 86_400;

    private static final Ports PEER = new Ports("peer", 2888);
    private static final Ports ELECTION = new Ports("election", 3888);

    private ZooKeeperResources() {}

    static List<HasMetadata> of(ClusterIntent cluster, Coordination.Managed ensemble) {
        return List.of(
                config(cluster, ensemble),
                service(cluster, ensemble),
                statefulSet(cluster, ensemble),
                disruptionBudget(cluster, ensemble));
    }

    private static ConfigMap config(ClusterIntent cluster, Coordination.Managed ensemble) {
        return new ConfigMapBuilder()
                .withMetadata(metadata(cluster, ensemble))
                .withData(ZooKeeperFiles.of(ensemble))
                .build();
    }

    /** Headless: each server has a name of its own, which stands before it is ready so that they find each other. */
    private static Service service(ClusterIntent cluster, Coordination.Managed ensemble) {
        return new ServiceBuilder()
                .withMetadata(metadata(cluster, ensemble))
                .withNewSpec()
                .withClusterIP("None")
                .withPublishNotReadyAddresses(true)
                .withSelector(Labels.of(cluster.ref(), Labels.Component.coordination))
                .withPorts(Ports.COORDINATION.ofService(), PEER.ofService(), ELECTION.ofService())
                .endSpec()
                .build();
    }

    private static StatefulSet statefulSet(ClusterIntent cluster, Coordination.Managed ensemble) {
        var labels = Labels.of(cluster.ref(), Labels.Component.coordination);
        return new StatefulSetBuilder()
                .withMetadata(metadata(cluster, ensemble))
                .withNewSpec()
                .withReplicas(ensemble.replicas())
                .withServiceName(ensemble.name())
                .withPodManagementPolicy("Parallel")
                .withNewSelector()
                .withMatchLabels(labels)
                .endSelector()
                .withPersistentVolumeClaimRetentionPolicy(VolumeClaims.retention())
                .withNewTemplate()
                .withNewMetadata()
                .withLabels(labels)
                .endMetadata()
                .withSpec(podSpec(cluster, ensemble))
                .endTemplate()
                .withVolumeClaimTemplates(VolumeClaims.template(ensemble.storage(), labels))
                .endSpec()
                .build();
    }

    private static PodSpec podSpec(ClusterIntent cluster, Coordination.Managed ensemble) {
        return new PodSpecBuilder()
                .withAutomountServiceAccountToken(false)
                .withEnableServiceLinks(false)
                .withImagePullSecrets(cluster.pod().imagePullSecrets())
                .withSecurityContext(PodSecurity.pod(USER))
                .withAffinity(Spread.overNodes(Labels.of(cluster.ref(), Labels.Component.coordination)))
                .withContainers(container(ensemble))
                .withVolumes(
                        Volumes.ofConfigMap("config", ensemble.name()), Volumes.empty("logs"), Volumes.empty("tmp"))
                .build();
    }

    private static Container container(Coordination.Managed ensemble) {
        return new ContainerBuilder()
                .withName("zookeeper")
                .withImage(ensemble.image())
                .withImagePullPolicy("IfNotPresent")
                // The ordinal of the pod is the server's id; the image's own default would make every server number 1.
                .withCommand("bash", "-c")
                .withArgs("echo $((${HOSTNAME##*-} + 1)) > /data/myid"
                        + " && exec /docker-entrypoint.sh zkServer.sh start-foreground")
                .addNewEnv()
                .withName("SERVER_JVMFLAGS")
                .withValue("-Xmx256m -XX:+UseSerialGC -XX:TieredStopAtLevel=1")
                .endEnv()
                .withPorts(Ports.COORDINATION.ofContainer(), PEER.ofContainer(), ELECTION.ofContainer())
                .withStartupProbe(serving())
                .withReadinessProbe(probe(1, 3))
                .withLivenessProbe(probe(10, 6))
                .withNewResources()
                .addToRequests("cpu", new Quantity("50m"))
                .addToRequests("memory", new Quantity("192Mi"))
                .endResources()
                .withSecurityContext(PodSecurity.container())
                .withVolumeMounts(
                        Volumes.mount("config", "/conf"),
                        Volumes.mount(VolumeClaims.DATA, "/data"),
                        Volumes.mount("logs", "/logs"),
                        Volumes.mount("tmp", "/tmp"))
                .build();
    }

    /**
     * It listens before it serves, and may leave who comes in between without an answer. So the script waits a second for each
     * line, and starts no other process: one that is left behind would keep the probe from ending.
     */
    private static Probe serving() {
        return new ProbeBuilder()
                .withNewExec()
                .withCommand(
                        "bash",
                        "-c",
                        "exec 3<>/dev/tcp/127.0.0.1/" + Coordination.CLIENT_PORT + " && echo srvr >&3 || exit 1; "
                                + "while read -r -t 1 line <&3; do [[ $line != Mode:* ]] || exit 0; done; exit 1")
                .endExec()
                .withPeriodSeconds(1)
                .withTimeoutSeconds(3)
                .withFailureThreshold(SECONDS_TO_START)
                .build();
    }

    private static Probe probe(int periodSeconds, int failures) {
        return new ProbeBuilder()
                .withNewTcpSocket()
                .withPort(new IntOrString(Ports.COORDINATION.name()))
                .endTcpSocket()
                .withPeriodSeconds(periodSeconds)
                .withTimeoutSeconds(2)
                .withFailureThreshold(failures)
                .build();
    }

    private static PodDisruptionBudget disruptionBudget(ClusterIntent cluster, Coordination.Managed ensemble) {
        return new PodDisruptionBudgetBuilder()
                .withMetadata(metadata(cluster, ensemble))
                .withNewSpec()
                .withMaxUnavailable(new IntOrString(1))
                .withNewSelector()
                .withMatchLabels(Labels.of(cluster.ref(), Labels.Component.coordination))
                .endSelector()
                .endSpec()
                .build();
    }

    private static ObjectMeta metadata(ClusterIntent cluster, Coordination.Managed ensemble) {
        return new ObjectMetaBuilder()
                .withName(ensemble.name())
                .withNamespace(cluster.ref().namespace())
                .withLabels(Labels.of(cluster.ref(), Labels.Component.coordination))
                .withOwnerReferences(Owners.of(cluster))
                .build();
    }
}
