package io.shardwright;

import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import io.shardwright.clickhouse.ClickHouseException;
import io.shardwright.clickhouse.HostDirectory;
import io.shardwright.topology.Host;
import io.shardwright.topology.Labels;
import io.shardwright.topology.SharedObjects;
import io.shardwright.topology.User;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Reaches hosts by their Service's name, as the operator's own user. Its Secrets are watched, never polled. */
final class OperatorCredentials implements HostDirectory, AutoCloseable {
    private final KubernetesClient client;
    private final List<SharedIndexInformer<Secret>> informers;

    /** @param namespaces to watch; empty for all */
    OperatorCredentials(KubernetesClient client, Set<String> namespaces) {
        this.client = client;
        this.informers = namespaces.isEmpty()
                ? List.of(client.secrets()
                        .inAnyNamespace()
                        .withLabel(Labels.USER, User.OPERATOR)
                        .inform())
                : namespaces.stream()
                        .map(namespace -> client.secrets()
                                .inNamespace(namespace)
                                .withLabel(Labels.USER, User.OPERATOR)
                                .inform())
                        .toList();
    }

    @Override
    public Address addressOf(Host host) {
        var secretName = host.cluster().userSecretName(User.OPERATOR);
        var password = Stream.concat(
                        cached(host.cluster().namespace(), secretName).stream(),
                        // One that a user made beforehand has no label of ours.
                        Stream.of(secretName)
                                .flatMap(name -> read(host.cluster().namespace(), name).stream()))
                .flatMap(secret -> password(secret).stream())
                .findFirst()
                .orElseThrow(() -> new ClickHouseException(
                        ClickHouseException.NO_ANSWER,
                        "Secret " + secretName + " with the operator's password is missing",
                        null));
        return new Address("http://" + host.dnsName() + ":" + Host.HTTP_PORT, User.OPERATOR, password);
    }

    /** A host whose Secret cannot be read, e.g. since a namespace that goes has lost its Role, cannot be asked: no more. */
    private Optional<Secret> read(String namespace, String name) {
        try {
            return Optional.ofNullable(
                    client.secrets().inNamespace(namespace).withName(name).get());
        } catch (KubernetesClientException e) {
            throw new ClickHouseException(
                    ClickHouseException.NO_ANSWER,
                    "Secret " + name + " with the operator's password cannot be read: " + e.getMessage(),
                    e);
        }
    }

    private Optional<Secret> cached(String namespace, String name) {
        return informers.stream()
                .map(informer -> informer.getIndexer().getByKey(namespace + "/" + name))
                .filter(Objects::nonNull)
                .findFirst();
    }

    private static Optional<String> password(Secret secret) {
        return Optional.ofNullable(secret.getData())
                .map(data -> data.get(SharedObjects.PASSWORD_KEY))
                .map(encoded -> new String(Base64.getDecoder().decode(encoded), StandardCharsets.UTF_8));
    }

    @Override
    public void close() {
        informers.forEach(SharedIndexInformer::close);
    }
}
