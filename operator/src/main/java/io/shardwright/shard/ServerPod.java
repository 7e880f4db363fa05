package io.shardwright.shard;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.EnvVarBuilder;
import io.fabric8.kubernetes.api.model.HostAlias;
import io.fabric8.kubernetes.api.model.HostAliasBuilder;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.KeyToPathBuilder;
import io.fabric8.kubernetes.api.model.Lifecycle;
import io.fabric8.kubernetes.api.model.LifecycleBuilder;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodSpecBuilder;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.ProbeBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import io.shardwright.kube.PodConditions;
import io.shardwright.serverconfig.ConfigFiles;
import io.shardwright.topology.ClusterIntent;
import io.shardwright.topology.Host;
import io.shardwright.topology.Labels;
import io.shardwright.topology.PodSecurity;
import io.shardwright.topology.Ports;
import io.shardwright.topology.SharedObjects;
import io.shardwright.topology.Spread;
import io.shardwright.topology.User;
import io.shardwright.topology.VolumeClaims;
import io.shardwright.topology.Volumes;

/** The pod of a host. */
final class ServerPod {
    static final String CONTAINER = "clickhouse";

    /** The official image's user. */
    private static final long USER = 101;

    /** Environment variable with the name of the host. */
    private static final String HOST_ENV = "SHARDWRIGHT_HOST";

    private static final String CONFIG_VOLUME = "config";
    private static final String METRIKA_VOLUME = "metrika";
    private static final String USERS_VOLUME = "users";
    private static final String LOGS_VOLUME = "logs";
    private static final String TMP_VOLUME = "tmp";

    /** A server that loads many parts may take long before it answers; it must not be killed meanwhile. */
    private static final int SECONDS_TO_START = 86_400;

    /**
     * What comes before a server: two things that one with replicated tables waits for, and a leftover that is removed.
     *
     * <p>It ends when it starts while the coordination is away (18.16.1: code 132), and again, with growing pauses. So it
     * waits for a member that serves. A member that takes connections before it serves says so when asked with srvr, the one
     * word that ZooKeeper and Keeper answer by default.
     *
     * <p>While the name of one of its peers does not resolve, a server that has just started fails every Distributed query,
     * and is sent some as soon as it answers pings. So it gives Services that are being made some time; one that is missing
     * must not keep it from starting. (Bash opens /dev/udp by resolving the name and sends nothing.)
     *
     * <p>A server that comes back from a volume that was given up must never write in the place of its successor. So each volume
     * has a name of its own, which the {replica} macro says, and is given another when nothing of a server stands on it. One that
     * was used before volumes had names keeps the host's.
     *
     * <p>A part that was being fetched when a server was killed is never fetched again while its directory stands (18.16.1:
     * code 84), and servers remove it only when it is some seconds old at their start.
     */
    private static final String START = """
            replicated() { grep -qs 'ENGINE = Replicated' %1$s/metadata/*/*.sql; }
            serves() {
              exec 3<>"/dev/tcp/${1%%:*}/${1##*:}" || return 1
              printf srvr >&3
              read -r -t 2 answer <&3
              [[ $answer != *"not currently serving"* ]]
            }
            resolve() {
              while read -r host; do
                (: >"/dev/udp/$host/9") 2>/dev/null || return 1
              done < <(grep -o '<host>[^<]*' %2$s/%3$s | cut -d '>' -f 2)
            }
            while replicated; do
              for endpoint in "$@"; do
                if (serves "$endpoint") 2>/dev/null; then break 2; fi
              done
              echo "waiting for the coordination: $*"
              sleep 1
            done
            for _ in {1..40}; do
              if ! replicated || resolve; then break; fi
              echo "waiting for the names of the other servers"
              sleep 0.5
            done
            rm -rf %1$s/data/*/*/tmp_fetch_*
            file=%1$s/%4$s name=
            if [ -z "$(ls -A %1$s/metadata 2>/dev/null)" ]; then
              name="$%5$s-$(tr -dc a-z </dev/urandom | head -c 1)$(tr -dc a-z0-9 </dev/urandom | head -c 4)"
            elif [ ! -s "$file" ]; then
              name="$%5$s"
            fi
            if [ -n "$name" ]; then
              printf %%s "$name" >"$file.tmp" && sync "$file.tmp" && mv "$file.tmp" "$file" && sync %1$s || exit 1
            fi
            %6$s=$(<"$file")
            export %6$s
            exec /entrypoint.sh
            """.formatted(
                    ConfigFiles.DATA,
                    ConfigFiles.METRIKA_D,
                    ConfigFiles.METRIKA_XML,
                    ConfigFiles.REPLICA_NAME,
                    HOST_ENV,
                    ConfigFiles.REPLICA_ENV);

    private ServerPod() {}

    static PodSpec spec(ClusterIntent cluster, Host host) {
        return new PodSpecBuilder()
                .withAutomountServiceAccountToken(false)
                .withEnableServiceLinks(false)
                .withTerminationGracePeriodSeconds(60L)
                .addNewReadinessGate(PodConditions.IN_SERVICE)
                .withSecurityContext(PodSecurity.pod(USER))
                .withHostAliases(itself(host))
                .withAffinity(Spread.overNodes(Labels.ofShard(cluster.ref(), host.shard())))
                .withContainers(container(cluster, host))
                .withVolumes(
                        configVolume(cluster, host),
                        metrikaVolume(cluster),
                        usersVolume(cluster),
                        Volumes.empty(LOGS_VOLUME),
                        Volumes.empty(TMP_VOLUME))
                .build();
    }

    /** By the Service's address a server would not know itself, and would read its own rows over the network. */
    private static HostAlias itself(Host host) {
        return new HostAliasBuilder()
                .withIp("127.0.0.1")
                .withHostnames(host.peersDnsName())
                .build();
    }

    private static Container container(ClusterIntent cluster, Host host) {
        return new ContainerBuilder()
                .withName(CONTAINER)
                .withImage(cluster.image())
                .withImagePullPolicy("IfNotPresent")
                .withCommand("bash", "-c", START, "start")
                .withArgs(cluster.coordination().endpoints())
                .withEnv(
                        // The official entrypoint would write a user of its own into users.d.
                        variable("CLICKHOUSE_SKIP_USER_SETUP", "1"),
                        variable("CLICKHOUSE_WATCHDOG_ENABLE", "0"),
                        variable(HOST_ENV, host.name()),
                        internalPassword(cluster))
                .withPorts(Ports.HTTP.ofContainer(), Ports.TCP.ofContainer(), Ports.INTERSERVER.ofContainer())
                .withLifecycle(leaveServicesFirst())
                .withStartupProbe(ping(1, SECONDS_TO_START))
                .withReadinessProbe(ping(1, 3))
                .withLivenessProbe(ping(10, 12))
                // What the server said last, for those who ask why it does not run.
                .withTerminationMessagePolicy("FallbackToLogsOnError")
                .withNewResources()
                .addToRequests("cpu", new Quantity("100m"))
                .addToRequests("memory", new Quantity("512Mi"))
                .endResources()
                .withSecurityContext(PodSecurity.container())
                .withVolumeMounts(
                        Volumes.mount(VolumeClaims.DATA, ConfigFiles.DATA),
                        Volumes.mountReadOnly(CONFIG_VOLUME, ConfigFiles.CONFIG_D),
                        Volumes.mountReadOnly(METRIKA_VOLUME, ConfigFiles.METRIKA_D),
                        Volumes.mountReadOnly(USERS_VOLUME, ConfigFiles.USERS_D),
                        Volumes.mount(LOGS_VOLUME, ConfigFiles.LOGS),
                        Volumes.mount(TMP_VOLUME, "/tmp"))
                .build();
    }

    /**
     * A pod that ends is taken out of the Services while it is told to stop, not before: a client that connects in between
     * would be refused, or cut off. So the server goes on until every node has heard of it.
     */
    private static Lifecycle leaveServicesFirst() {
        return new LifecycleBuilder()
                .withNewPreStop()
                .withNewExec()
                .withCommand("sleep", "3")
                .endExec()
                .endPreStop()
                .build();
    }

    private static Probe ping(int periodSeconds, int failures) {
        return new ProbeBuilder()
                .withNewHttpGet()
                .withPath("/ping")
                .withPort(new IntOrString(Ports.HTTP.name()))
                .withScheme("HTTP")
                .endHttpGet()
                .withPeriodSeconds(periodSeconds)
                .withTimeoutSeconds(5)
                .withFailureThreshold(failures)
                .build();
    }

    private static EnvVar internalPassword(ClusterIntent cluster) {
        return new EnvVarBuilder()
                .withName(ConfigFiles.INTERNAL_PASSWORD_ENV)
                .withNewValueFrom()
                .withNewSecretKeyRef()
                .withName(cluster.ref().userSecretName(User.INTERNAL))
                .withKey(SharedObjects.PASSWORD_KEY)
                .endSecretKeyRef()
                .endValueFrom()
                .build();
    }

    private static EnvVar variable(String name, String value) {
        return new EnvVarBuilder().withName(name).withValue(value).build();
    }

    /** config.d: the cluster's file beside the host's, in one directory. */
    private static Volume configVolume(ClusterIntent cluster, Host host) {
        return new VolumeBuilder()
                .withName(CONFIG_VOLUME)
                .withNewProjected()
                .addNewSource()
                .withNewConfigMap()
                .withName(SharedObjects.configName(cluster.ref()))
                .withItems(new KeyToPathBuilder()
                        .withKey(ConfigFiles.SERVER_XML)
                        .withPath(ConfigFiles.SERVER_XML)
                        .build())
                .endConfigMap()
                .endSource()
                .addNewSource()
                .withNewConfigMap()
                .withName(host.name())
                .endConfigMap()
                .endSource()
                .endProjected()
                .build();
    }

    private static Volume metrikaVolume(ClusterIntent cluster) {
        return new VolumeBuilder()
                .withName(METRIKA_VOLUME)
                .withNewConfigMap()
                .withName(SharedObjects.configName(cluster.ref()))
                .withItems(new KeyToPathBuilder()
                        .withKey(ConfigFiles.METRIKA_XML)
                        .withPath(ConfigFiles.METRIKA_XML)
                        .build())
                .endConfigMap()
                .build();
    }

    private static Volume usersVolume(ClusterIntent cluster) {
        return new VolumeBuilder()
                .withName(USERS_VOLUME)
                .withNewSecret()
                .withSecretName(SharedObjects.usersConfigName(cluster.ref()))
                .endSecret()
                .build();
    }
}
