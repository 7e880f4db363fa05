package io.shardwright.cluster;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimBuilder;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.shardwright.crds.Shard;
import io.shardwright.crds.ShardSpec;
import io.shardwright.kube.Hashes;
import io.shardwright.serverconfig.ConfigFiles;
import io.shardwright.serverconfig.ListedServers;
import io.shardwright.serverconfig.MetrikaXml;
import io.shardwright.serverconfig.ServerXml;
import io.shardwright.serverconfig.UsersXml;
import io.shardwright.topology.ClusterIntent;
import io.shardwright.topology.Host;
import io.shardwright.topology.Labels;
import io.shardwright.topology.Owners;
import io.shardwright.topology.Ports;
import io.shardwright.topology.SharedObjects;
import io.shardwright.topology.User;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** The objects that all hosts of a cluster share. */
final class ClusterResources {
    private ClusterResources() {}

    /** metrika.xml and the cluster's part of config.d. */
    static ConfigMap config(ClusterIntent cluster, Set<Host> listed) {
        return new ConfigMapBuilder()
                .withMetadata(metadata(cluster, SharedObjects.configName(cluster.ref())))
                .addToData(ConfigFiles.SERVER_XML, ServerXml.render())
                .addToData(ConfigFiles.METRIKA_XML, MetrikaXml.render(cluster, listed))
                .build();
    }

    /** users.d: hashes only. */
    static Secret usersConfig(ClusterIntent cluster, Map<String, String> passwordHashes) {
        return new SecretBuilder()
                .withMetadata(metadata(cluster, SharedObjects.usersConfigName(cluster.ref())))
                .withType("Opaque")
                .addToData(ConfigFiles.USERS_XML, base64(UsersXml.render(cluster.users(), passwordHashes)))
                .build();
    }

    /** A user's name and clear password: the only place where it stands. */
    static Secret password(ClusterIntent cluster, User user, String password) {
        return new SecretBuilder()
                .withMetadata(metadata(cluster, cluster.ref().userSecretName(user.name())))
                .editMetadata()
                .addToLabels(Labels.USER, user.name())
                .endMetadata()
                .withType("Opaque")
                .addToData(SharedObjects.USERNAME_KEY, base64(user.name()))
                .addToData(SharedObjects.PASSWORD_KEY, base64(password))
                .build();
    }

    /** Any ready host. */
    static Service service(ClusterIntent cluster) {
        return new ServiceBuilder()
                .withMetadata(metadata(cluster, cluster.ref().name()))
                .withNewSpec()
                .withType("ClusterIP")
                .withSelector(Labels.of(cluster.ref(), Labels.Component.clickhouse))
                .withPorts(Ports.HTTP.ofService(), Ports.TCP.ofService())
                .endSpec()
                .build();
    }

    /**
     * A name of a host that always resolves, to an address that stays, for other servers. They lose every cluster over a name
     * that does not resolve, and fail queries that could go to another replica; and they keep the connections of fetches, and
     * with them the address that the host had then, so that of a pod that came anew they could not fetch any more (tried on
     * 18.16.1, also with its DNS cache off). It is the cluster's own, and stays when its host and even its shard go: the next
     * host of that index needs the same address.
     */
    static Service forPeers(ClusterIntent cluster, Host host) {
        return new ServiceBuilder()
                .withMetadata(metadata(cluster, host.peersName()))
                .withNewSpec()
                .withType("ClusterIP")
                .withPublishNotReadyAddresses(true)
                .withSelector(Labels.of(host))
                .withPorts(Ports.TCP.ofService(), Ports.INTERSERVER.ofService())
                .endSpec()
                .build();
    }

    /** @param configHash of everything that the hosts mount, see {@link #configHash} */
    static Shard shard(ClusterIntent cluster, int index, ListedServers listed, String configHash) {
        var shard = new Shard();
        shard.setMetadata(metadata(cluster, cluster.ref().shardName(index)));
        shard.setSpec(new ShardSpec(
                cluster.ref().name(),
                index,
                List.copyOf(cluster.layout().members().get(index)),
                listed.count(),
                listed.hash(),
                configHash,
                null));
        return shard;
    }

    static String configHash(ConfigMap config, Secret usersConfig) {
        return Hashes.of(new TreeMap<>(config.getData()) + "\n" + new TreeMap<>(usersConfig.getData()));
    }

    /** A volume's claim that goes with the cluster, or outlives it. Nothing else of the claim is stated. */
    static PersistentVolumeClaim claim(ClusterIntent cluster, String name) {
        return new PersistentVolumeClaimBuilder()
                .withNewMetadata()
                .withName(name)
                .withNamespace(cluster.ref().namespace())
                .withOwnerReferences(cluster.keepVolumes() ? List.of() : List.of(Owners.of(cluster)))
                .endMetadata()
                .build();
    }

    private static ObjectMeta metadata(ClusterIntent cluster, String name) {
        return new ObjectMetaBuilder()
                .withName(name)
                .withNamespace(cluster.ref().namespace())
                .withLabels(Labels.of(cluster.ref()))
                .withOwnerReferences(Owners.of(cluster))
                .build();
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }
}
