package io.shardwright.chart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.marcnuri.helm.Helm;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.api.model.rbac.ClusterRole;
import io.fabric8.kubernetes.api.model.rbac.Role;
import io.fabric8.kubernetes.api.model.rbac.RoleBinding;
import java.util.Arrays;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChartTest {
    /** Every right that the operator uses in the namespaces that it watches, and no other. */
    private static final String RIGHTS = """
            clickhouse.shardwright.io/clickhouseclusters         get list watch
            clickhouse.shardwright.io/tables                     get list watch patch
            clickhouse.shardwright.io/importjobs                 get list watch patch
            clickhouse.shardwright.io/shards                     get list watch create patch delete
            clickhouse.shardwright.io/rebalances                 get list watch create patch delete
            clickhouse.shardwright.io/clickhouseclusters/status  patch
            clickhouse.shardwright.io/shards/status              patch
            clickhouse.shardwright.io/tables/status              patch
            clickhouse.shardwright.io/importjobs/status          patch
            clickhouse.shardwright.io/rebalances/status          patch
            /configmaps                                          get list watch create patch delete
            /secrets                                             get list watch create patch
            /services                                            get list watch create patch delete
            apps/statefulsets                                    get list watch create patch delete
            policy/poddisruptionbudgets                          get list watch create patch
            /persistentvolumeclaims                              get list watch patch delete
            /pods                                                get list watch patch delete
            /pods/status                                         patch
            batch/jobs                                           get list watch create delete
            /events                                              create
            """;

    /** What is in no namespace. */
    private static final String RIGHTS_OF_NO_NAMESPACE = """
            /nodes                                               get
            /persistentvolumes                                   get
            """;

    @Test
    void lintsWithoutAWarning() {
        var result = new Helm(RenderedChart.CHART).lint().strict().call();

        assertThat(result.isFailed()).as("%s", result.getMessages()).isFalse();
        assertThat(result.getMessages()).noneMatch(message -> message.contains("[WARNING]"));
    }

    @Test
    void rendersOneOperatorByDefault() {
        var chart = RenderedChart.withDefaults();

        assertThat(chart.kinds())
                .containsExactlyInAnyOrder(
                        "ServiceAccount",
                        "ClusterRole",
                        "ClusterRoleBinding",
                        "Role",
                        "RoleBinding",
                        "Service",
                        "Deployment");
        assertThat(chart.container().getImage()).isEqualTo("docker.io/shardwright/operator:0.1.0");
        assertThat(chart.container().getArgs()).containsExactly("operator");
        assertThat(chart.environment("SHARDWRIGHT_WATCH_NAMESPACES")).isEmpty();
        assertThat(chart.environment("SHARDWRIGHT_LEADER_ELECTION")).isEqualTo("true");
    }

    @Test
    void workersRunTheOperatorsOwnImage() {
        var chart = RenderedChart.with("image: {repository: registry.test/op, tag: '7'}");

        assertThat(chart.container().getImage()).isEqualTo("registry.test/op:7");
        assertThat(chart.environment("SHARDWRIGHT_WORKER_IMAGE")).isEqualTo("registry.test/op:7");
    }

    @Test
    void digestGoesBeforeTag() {
        var digest = "sha256:" + "0".repeat(64);
        var chart = RenderedChart.with("image: {digest: '" + digest + "', tag: '7'}");

        assertThat(chart.container().getImage()).isEqualTo("docker.io/shardwright/operator@" + digest);
    }

    @Test
    void grantsWhatTheOperatorUsesAndNothingElse() {
        var granted = RenderedChart.rights(
                RenderedChart.withDefaults().all(ClusterRole.class).stream().flatMap(role -> role.getRules().stream()));

        assertThat(granted).isEqualTo(rights(RIGHTS + RIGHTS_OF_NO_NAMESPACE));
    }

    @Test
    void noRuleHasAWildcard() {
        assertThat(RenderedChart.withDefaults().rules()).isNotEmpty().allSatisfy(rule -> assertThat(
                        Stream.of(rule.getApiGroups(), rule.getResources(), rule.getVerbs()))
                .noneMatch(words -> words.stream().anyMatch(word -> word.contains("*"))));
    }

    @Test
    void watchedNamespacesGetARoleEach() {
        var chart = RenderedChart.with("watchNamespaces: [one, two]");

        assertThat(chart.environment("SHARDWRIGHT_WATCH_NAMESPACES")).isEqualTo("one,two");
        for (var namespace : new String[] {"one", "two"}) {
            assertThat(RenderedChart.rights(chart.all(Role.class).stream()
                            .filter(in(namespace))
                            .flatMap(role -> role.getRules().stream())))
                    .isEqualTo(rights(RIGHTS));
            assertThat(chart.all(RoleBinding.class))
                    .filteredOn(in(namespace))
                    .singleElement()
                    .satisfies(binding -> {
                        assertThat(binding.getSubjects()).singleElement().satisfies(subject -> assertThat(
                                        subject.getNamespace())
                                .isEqualTo(RenderedChart.NAMESPACE));
                        assertThat(binding.getRoleRef().getKind()).isEqualTo("Role");
                    });
        }
    }

    @Test
    void elsewhereAnOperatorOfSomeNamespacesMayOnlyAnswerFinalizersAndReadNodes() {
        var chart = RenderedChart.with("watchNamespaces: [one]");

        assertThat(chart.all(ClusterRole.class)).singleElement().satisfies(role -> assertThat(
                        RenderedChart.rights(role.getRules().stream()))
                .containsExactly(
                        "/nodes get",
                        "/persistentvolumes get",
                        "clickhouse.shardwright.io/importjobs patch",
                        "clickhouse.shardwright.io/rebalances patch",
                        "clickhouse.shardwright.io/tables patch"));
    }

    @Test
    void leasesAreUsedInTheOperatorsOwnNamespaceAlone() {
        var chart = RenderedChart.withDefaults();

        assertThat(chart.all(Role.class)).singleElement().satisfies(role -> {
            assertThat(role.getMetadata().getNamespace()).isEqualTo(RenderedChart.NAMESPACE);
            assertThat(role.getRules())
                    .allSatisfy(rule -> assertThat(rule.getResources()).containsExactly("leases"));
        });
    }

    @Test
    void podPassesTheRestrictedLevel() {
        var chart = RenderedChart.withDefaults();
        var pod = chart.pod().getSecurityContext();
        var container = chart.container().getSecurityContext();

        assertThat(pod.getRunAsNonRoot()).isTrue();
        assertThat(pod.getRunAsUser()).isEqualTo(65532);
        assertThat(pod.getSeccompProfile().getType()).isEqualTo("RuntimeDefault");
        assertThat(container.getAllowPrivilegeEscalation()).isFalse();
        assertThat(container.getReadOnlyRootFilesystem()).isTrue();
        assertThat(container.getCapabilities().getDrop()).containsExactly("ALL");
        assertThat(chart.pod().getVolumes())
                .allSatisfy(volume -> assertThat(volume.getEmptyDir()).isNotNull());
    }

    @Test
    void probesAskTheOperator() {
        var container = RenderedChart.withDefaults().container();

        assertThat(container.getStartupProbe().getHttpGet().getPath()).isEqualTo("/healthz");
        assertThat(container.getLivenessProbe().getHttpGet().getPath()).isEqualTo("/healthz");
        assertThat(container.getReadinessProbe().getHttpGet().getPath()).isEqualTo("/readyz");
        assertThat(container.getPorts()).singleElement().satisfies(port -> assertThat(port.getName())
                .isEqualTo("http"));
    }

    @Test
    void twoReplicasSpreadAndLeaveOneByOne() {
        var chart = RenderedChart.with("replicas: 2");

        assertThat(chart.deployment().getSpec().getReplicas()).isEqualTo(2);
        assertThat(chart.pod().getTopologySpreadConstraints()).isNotEmpty();
        assertThat(chart.all(PodDisruptionBudget.class)).hasSize(1);
    }

    @Test
    void refusesTwoReplicasThatWouldBothWork() {
        assertThatThrownBy(() -> RenderedChart.with("{replicas: 2, leaderElection: {enabled: false}}"))
                .hasMessageContaining("needs leaderElection.enabled");
    }

    @Test
    void withoutElectionTheOldPodGoesFirst() {
        var chart = RenderedChart.with("leaderElection: {enabled: false}");

        assertThat(chart.deployment().getSpec().getStrategy().getType()).isEqualTo("Recreate");
        assertThat(chart.kinds()).doesNotContain("Role");
    }

    @Test
    void monitorsOnRequest() {
        var chart = RenderedChart.with("metrics: {serviceMonitor: {enabled: true, labels: {release: prometheus}}}");

        assertThat(chart.objects())
                .filteredOn(object -> object.getKind().equals("ServiceMonitor"))
                .singleElement()
                .satisfies(monitor ->
                        assertThat(monitor.getMetadata().getLabels()).containsEntry("release", "prometheus"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "replica: 2",
                "replicas: 0",
                "image: {name: other}",
                "image: {pullPolicy: Sometimes}",
                "logLevel: loud",
                "metrics: {port: 80}",
                "dnsDomain: Cluster_Local",
                "watchNamespaces: [Not A Namespace]",
                "resources: {request: {cpu: 1}}"
            })
    void schemaRefuses(String values) {
        assertThatThrownBy(() -> RenderedChart.with(values))
                .hasMessageContaining("values don't meet the specifications of the schema");
    }

    private static Predicate<HasMetadata> in(String namespace) {
        return object -> namespace.equals(object.getMetadata().getNamespace());
    }

    private static TreeSet<String> rights(String table) {
        var rights = new TreeSet<String>();
        table.lines().forEach(line -> {
            var words = line.split(" +");
            Arrays.stream(words).skip(1).forEach(verb -> rights.add(words[0] + " " + verb));
        });
        return rights;
    }
}
