package io.shardwright.crds;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.crdv2.generator.CRDGenerator;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceColumnDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaProps;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Holds the committed CRDs (crds/*.yaml, and the chart's copies) equal to the Java types. With {@code -Dcrds.update=true}
 * (that is {@code make crds}) it writes them instead.
 */
final class CrdFilesTest {
    private static final List<Class<? extends HasMetadata>> KINDS =
            List.of(ClickHouseCluster.class, Shard.class, Table.class, ImportJob.class, Rebalance.class);
    private static final Path REPOSITORY = Path.of("").toAbsolutePath().getParent();
    private static final List<Path> COMMITTED =
            List.of(REPOSITORY.resolve("crds"), REPOSITORY.resolve("helm/shardwright/crds"));

    /** Of what every kind has, and no type of this module declares. */
    private static final Map<String, String> DESCRIPTIONS = Map.of(
            "spec", "What is wanted.",
            "status", "What the operator last saw, and what it waits for.",
            "conditions.type", "Accepted, Ready, Progressing or Degraded.",
            "conditions.status", "True, False or Unknown.",
            "conditions.reason", "Why, in one word.",
            "conditions.message", "Why, in a sentence for people.",
            "conditions.lastTransitionTime", "Since when the status is what it is, RFC 3339.",
            "conditions.observedGeneration", "The generation of the spec that this speaks of.");

    @TempDir
    private static Path generated;

    static List<CustomResourceDefinition> definitions() {
        return KINDS.stream().map(CrdFilesTest::generate).toList();
    }

    @Test
    void committedFilesEqualTheTypes() throws IOException {
        var expected = definitions().stream()
                .collect(Collectors.toMap(
                        definition -> definition.getMetadata().getName() + ".yaml", Serialization::asYaml));
        for (var directory : COMMITTED) {
            if (Boolean.getBoolean("crds.update")) {
                write(directory, expected);
            }
            assertThat(read(directory)).as(directory + ": run `make crds`").isEqualTo(expected);
        }
    }

    @ParameterizedTest
    @MethodSource("definitions")
    void everyFieldHasADescription(CustomResourceDefinition definition) {
        var schema = definition.getSpec().getVersions().getFirst().getSchema().getOpenAPIV3Schema();
        var undescribed = new ArrayList<String>();
        collectUndescribed(definition.getSpec().getNames().getKind(), schema, undescribed);
        assertThat(undescribed).isEmpty();
    }

    private static void write(Path directory, Map<String, String> yamlByName) throws IOException {
        Files.createDirectories(directory);
        for (var entry : yamlByName.entrySet()) {
            Files.writeString(directory.resolve(entry.getKey()), entry.getValue());
        }
    }

    private static Map<String, String> read(Path directory) throws IOException {
        var yamlByName = new TreeMap<String, String>();
        try (var files = Files.newDirectoryStream(directory, "*.yaml")) {
            for (var file : files) {
                yamlByName.put(file.getFileName().toString(), Files.readString(file));
            }
        }
        return yamlByName;
    }

    private static void collectUndescribed(String path, JSONSchemaProps schema, List<String> undescribed) {
        if (schema.getProperties() != null) {
            schema.getProperties().forEach((name, property) -> {
                var child = path + "." + name;
                if (property.getDescription() == null) {
                    undescribed.add(child);
                }
                collectUndescribed(child, property, undescribed);
            });
        }
        if (schema.getItems() != null && schema.getItems().getSchema() != null) {
            collectUndescribed(path + "[]", schema.getItems().getSchema(), undescribed);
        }
    }

    private static CustomResourceDefinition generate(Class<? extends HasMetadata> kind) {
        new CRDGenerator()
                .customResourceClasses(List.of(kind))
                .forCRDVersions("v1")
                .inOutputDir(generated.toFile())
                .generate();
        var name = HasMetadata.getFullResourceName(kind);
        try {
            var definition = Serialization.unmarshal(
                    Files.readString(generated.resolve(name + "-v1.yml")), CustomResourceDefinition.class);
            return columnsAsDeclared(withDescriptions(withNamedLists(withoutRepeatedRules(definition))), kind);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The generator sorts columns by their path; users should read them in the order in which they were declared. */
    private static CustomResourceDefinition columnsAsDeclared(
            CustomResourceDefinition definition, Class<? extends HasMetadata> kind) {
        var order = Arrays.stream(kind.getAnnotationsByType(AdditionalPrinterColumn.class))
                .map(AdditionalPrinterColumn::name)
                .toList();
        definition
                .getSpec()
                .getVersions()
                .getFirst()
                .getAdditionalPrinterColumns()
                .sort(Comparator.comparing(
                        CustomResourceColumnDefinition::getName, Comparator.comparingInt(order::indexOf)));
        return definition;
    }

    /** A rule on a record comes out once for the type and once for each accessor that returns it. */
    private static CustomResourceDefinition withoutRepeatedRules(CustomResourceDefinition definition) {
        removeRepeatedRules(
                definition.getSpec().getVersions().getFirst().getSchema().getOpenAPIV3Schema());
        return definition;
    }

    private static void removeRepeatedRules(JSONSchemaProps schema) {
        if (schema.getXKubernetesValidations() != null) {
            schema.setXKubernetesValidations(new ArrayList<>(new LinkedHashSet<>(schema.getXKubernetesValidations())));
        }
        if (schema.getProperties() != null) {
            schema.getProperties().values().forEach(CrdFilesTest::removeRepeatedRules);
        }
        if (schema.getItems() != null && schema.getItems().getSchema() != null) {
            removeRepeatedRules(schema.getItems().getSchema());
        }
    }

    private static CustomResourceDefinition withDescriptions(CustomResourceDefinition definition) {
        var parts = definition
                .getSpec()
                .getVersions()
                .getFirst()
                .getSchema()
                .getOpenAPIV3Schema()
                .getProperties();
        parts.forEach((name, part) -> part.setDescription(DESCRIPTIONS.get(name)));
        var conditions = parts.get("status").getProperties().get("conditions");
        conditions
                .getItems()
                .getSchema()
                .getProperties()
                .forEach((name, field) -> field.setDescription(DESCRIPTIONS.get("conditions." + name)));
        return definition;
    }

    /** Lists in the spec whose items must have a name are keyed by it: the API server then refuses a name that repeats. */
    private static CustomResourceDefinition withNamedLists(CustomResourceDefinition definition) {
        keyByName(definition
                .getSpec()
                .getVersions()
                .getFirst()
                .getSchema()
                .getOpenAPIV3Schema()
                .getProperties()
                .get("spec"));
        return definition;
    }

    private static void keyByName(JSONSchemaProps schema) {
        if (schema.getProperties() != null) {
            schema.getProperties().values().forEach(CrdFilesTest::keyByName);
        }
        if (schema.getItems() == null) {
            return;
        }
        var required = schema.getItems().getSchema().getRequired();
        if (required != null && required.contains("name")) {
            schema.setXKubernetesListType("map");
            schema.setXKubernetesListMapKeys(List.of("name"));
        }
    }
}
