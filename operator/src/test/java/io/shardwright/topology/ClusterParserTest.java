package io.shardwright.topology;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.shardwright.crds.ClickHouseCluster;
import io.shardwright.crds.ClickHouseClusterSpec;
import io.shardwright.plan.Parsed;
import org.junit.jupiter.api.Test;

final class ClusterParserTest {
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
        assertThat(intent.users().getLast().networks()).containsExactly("::/0");
    }

    @Test
    void refusesAnEndpointWithoutAPort() {
        assertThat(parse("coordination: {endpoints: ['zk']}"))
                .isInstanceOfSatisfying(Parsed.Rejected.class, rejected -> assertThat(rejected.message())
                        .contains("\"zk\" is not host:port", "zookeeper-0.zookeeper:2181"));
    }

    @Test
    void volumesGoOnlyWhenTheUserSaysSo() {
        assertThat(accepted("deletionPolicy: Delete").keepVolumes()).isFalse();
        assertThat(accepted("deletionPolicy: Retain").keepVolumes()).isTrue();
    }

    private static ClusterIntent accepted(String spec) {
        return ((Parsed.Accepted<ClusterIntent>) parse(spec)).intent();
    }

    private static Parsed<ClusterIntent> parse(String spec) {
        var resource = new ClickHouseCluster();
        resource.setMetadata(new ObjectMetaBuilder()
                .withName("c")
                .withNamespace("ns")
                .withUid("uid")
                .build());
        resource.setSpec(Serialization.unmarshal(spec, ClickHouseClusterSpec.class));
        return ClusterParser.parse(resource, "cluster.local");
    }
}
