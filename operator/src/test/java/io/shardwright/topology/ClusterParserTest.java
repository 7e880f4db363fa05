package io.shardwright.topology;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.LocalObjectReference;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.shardwright.crds.ClickHouseCluster;
import io.shardwright.crds.ClickHouseClusterSpec;
import io.shardwright.plan.Parsed;
import io.shardwright.testing.Examples;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ClusterParserTest {
    @Test
    void acceptsEveryExample() {
        var examples = Examples.of(ClickHouseCluster.class);

        assertThat(examples).allSatisfy(example -> assertThat(ClusterParser.parse(example, "cluster.local"))
                .isInstanceOf(Parsed.Accepted.class));
    }

    @Test
    void fillsInEveryDefault() {
        var intent = accepted("version: 18.16.1");

        assertThat(intent.image()).isEqualTo("clickhouse/clickhouse-server:18.16.1");
        assertThat(intent.layout()).isEqualTo(Layout.of(intent.ref(), new Layout.Size(1, 1)));
        assertThat(intent.coordination()).isInstanceOf(Coordination.Managed.class);
        assertThat(intent.coordination().endpoints())
                .containsExactly("c-zookeeper-0.c-zookeeper.ns.svc.cluster.local:2181");
        assertThat(intent.userNames()).containsExactly("default", "shardwright", "internal");
        assertThat(intent.keepVolumes()).isTrue();
    }

    @Test
    void givesEachClusterARootOfItsOwn() {
        var shared = "coordination: {endpoints: ['zk:2181']}";

        assertThat(accepted(shared).coordination().root()).isEqualTo("/clickhouse/ns/c");
    }

    @Test
    void takesAnEndpointWithoutADotForAServiceBesideTheCluster() {
        var intent = accepted("coordination: {endpoints: ['zk:2181', 'zk.other.svc:2181', '10.0.0.1:2181']}");

        assertThat(intent.coordination().endpoints())
                .containsExactly("zk.ns.svc.cluster.local:2181", "zk.other.svc:2181", "10.0.0.1:2181");
    }

    @Test
    void addsTheSpecsUsersToTheOperatorsOwn() {
        var intent = accepted("users: [{name: analyst, readOnly: true}]");

        assertThat(intent.userNames()).containsExactly("default", "shardwright", "internal", "analyst");
        assertThat(intent.users().getLast().access()).isEqualTo(User.Access.readonly);
        assertThat(intent.users().getLast().networks()).containsExactly(new Network("::", 0));
    }

    @Test
    void refusesAnEndpointWithoutAPort() {
        assertThat(parse("coordination: {endpoints: ['zk']}"))
                .isInstanceOfSatisfying(Parsed.Rejected.class, rejected -> assertThat(rejected.message())
                        .contains("\"zk\" is not host:port", "zookeeper-0.zookeeper:2181"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"10m", "0.5", "1e30"})
    void refusesABandwidthThatIsNoNumberOfBytes(String bandwidth) {
        assertThat(parse("replacement: {bandwidth: '" + bandwidth + "'}"))
                .isInstanceOfSatisfying(Parsed.Rejected.class, rejected -> assertThat(rejected.message())
                        .contains("replacement.bandwidth: \"" + bandwidth + "\"", "50Mi"));
        assertThat(parse("replacement: {bandwidth: 1}")).isInstanceOf(Parsed.Accepted.class);
    }

    @Test
    void readsNetworksAndSingleAddressesOfUsers() {
        var user = accepted("users: [{name: u, networks: ['10.0.0.0/8', '192.0.2.7', 'fd00::/8', '::1']}]")
                .users()
                .getLast();

        assertThat(user.networks().stream().map(Network::cidr))
                .containsExactly("::ffff:10.0.0.0/104", "::ffff:192.0.2.7/128", "fd00::/8", "::1/128");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"office", "10.0.0.0/33", "10.0.0.256/8", "10.0/8", "fd00::/129", "fd00::1::2", "::1%lo", ""})
    void refusesANetworkThatNoServerWouldRead(String network) {
        assertThat(parse("users: [{name: loader, networks: ['10.0.0.0/8', '" + network + "']}]"))
                .isInstanceOfSatisfying(Parsed.Rejected.class, rejected -> assertThat(rejected.message())
                        .contains("loader", "\"" + network + "\"", "write for example 10.0.0.0/8"));
    }

    @Test
    void otherPodsPullTheirImagesWithTheServersSecrets() {
        var intent = accepted("template: {spec: {imagePullSecrets: [{name: registry}, {name: mirror}]}}");

        assertThat(intent.pod().imagePullSecrets())
                .extracting(LocalObjectReference::getName)
                .containsExactly("registry", "mirror");
        assertThat(accepted("template: {labels: {a: b}}").pod().imagePullSecrets())
                .isEmpty();
        assertThat(accepted("shards: 1").pod().imagePullSecrets()).isEmpty();
    }

    @Test
    void volumesGoOnlyWhenTheUserSaysSo() {
        assertThat(accepted("deletionPolicy: Delete").keepVolumes()).isFalse();
        assertThat(accepted("deletionPolicy: Retain").keepVolumes()).isTrue();
    }

    @Test
    void nothingIsWantedOfAClusterThatIsRefusedOrGoes() {
        var cluster = resource("shards: 1");
        var refused = resource("coordination: {endpoints: ['zk']}");
        var going = resource("shards: 1");
        going.getMetadata().setDeletionTimestamp("2026-01-01T00:00:00Z");

        assertThat(ClusterParser.wanted(cluster, "cluster.local")).isPresent();
        assertThat(ClusterParser.wanted(refused, "cluster.local")).isEmpty();
        assertThat(ClusterParser.wanted(going, "cluster.local")).isEmpty();
    }

    private static ClusterIntent accepted(String spec) {
        return ((Parsed.Accepted<ClusterIntent>) parse(spec)).intent();
    }

    private static Parsed<ClusterIntent> parse(String spec) {
        return ClusterParser.parse(resource(spec), "cluster.local");
    }

    private static ClickHouseCluster resource(String spec) {
        var resource = new ClickHouseCluster();
        resource.setMetadata(new ObjectMetaBuilder()
                .withName("c")
                .withNamespace("ns")
                .withUid("uid")
                .build());
        resource.setSpec(Serialization.unmarshal(spec, ClickHouseClusterSpec.class));
        return resource;
    }
}
