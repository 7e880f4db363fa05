package io.shardwright.chart;

import com.marcnuri.helm.Helm;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.rbac.ClusterRole;
import io.fabric8.kubernetes.api.model.rbac.PolicyRule;
import io.fabric8.kubernetes.api.model.rbac.Role;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** The objects that the chart makes of some values. */
public record RenderedChart(List<HasMetadata> objects) {
    static final Path CHART = Path.of("../helm/shardwright").toAbsolutePath().normalize();
    public static final String NAMESPACE = "shardwright-system";

    /** @param values as in a values file */
    public static RenderedChart with(String values) {
        var file = valuesFile(values);
        try {
            var yaml = new Helm(CHART)
                    .template()
                    .withName("shardwright")
                    .withNamespace(NAMESPACE)
                    .withKubeVersion("1.34.0")
                    .withValuesFile(file)
                    .call();
            List<HasMetadata> objects = new KubernetesSerialization().unmarshal(yaml);
            return new RenderedChart(List.copyOf(objects));
        } finally {
            file.toFile().delete();
        }
    }

    static RenderedChart withDefaults() {
        return with("");
    }

    private static Path valuesFile(String values) {
        try {
            return Files.writeString(Files.createTempFile("values", ".yaml"), values);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    <T extends HasMetadata> List<T> all(Class<T> kind) {
        return objects.stream().filter(kind::isInstance).map(kind::cast).toList();
    }

    List<String> kinds() {
        return objects.stream().map(HasMetadata::getKind).toList();
    }

    Deployment deployment() {
        return all(Deployment.class).getFirst();
    }

    PodSpec pod() {
        return deployment().getSpec().getTemplate().getSpec();
    }

    Container container() {
        return pod().getContainers().getFirst();
    }

    String environment(String name) {
        return container().getEnv().stream()
                .filter(variable -> variable.getName().equals(name))
                .findFirst()
                .orElseThrow()
                .getValue();
    }

    Stream<PolicyRule> rules() {
        return Stream.concat(
                all(ClusterRole.class).stream().flatMap(role -> role.getRules().stream()),
                all(Role.class).stream().flatMap(role -> role.getRules().stream()));
    }

    /** Each right as "group/resource verb", the core group's name being empty. */
    static Set<String> rights(Stream<PolicyRule> rules) {
        var rights = new TreeSet<String>();
        rules.forEach(rule -> {
            for (var group : rule.getApiGroups()) {
                for (var resource : rule.getResources()) {
                    rule.getVerbs().forEach(verb -> rights.add(group + "/" + resource + " " + verb));
                }
            }
        });
        return rights;
    }
}
