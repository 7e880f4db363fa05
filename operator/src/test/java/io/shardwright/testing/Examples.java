package io.shardwright.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

/** The YAML of examples/, as a parser gets it: applied to the quickstart's namespace, every file of it. */
public final class Examples {
    private static final Path DIRECTORY = Path.of("..", "examples");
    private static final String NAMESPACE = "flights";

    private Examples() {}

    /** All of a kind. */
    public static <T extends HasMetadata> List<T> of(Class<T> kind) {
        try (var files = Files.walk(DIRECTORY)) {
            var examples = files.filter(file -> file.toString().endsWith(".yaml"))
                    .sorted()
                    .flatMap(file -> documents(file, kind))
                    .map(Examples::applied)
                    .toList();
            assertThat(examples).as(kind.getSimpleName()).isNotEmpty();
            return examples;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static <T extends HasMetadata> Stream<T> documents(Path file, Class<T> kind) {
        var serialization = new KubernetesSerialization();
        try {
            return Stream.of(Files.readString(file).split("(?m)^---$"))
                    .filter(text -> text.contains("\nkind: " + HasMetadata.getKind(kind) + "\n"))
                    .map(text -> serialization.unmarshal(text, kind));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static <T extends HasMetadata> T applied(T example) {
        var metadata = example.getMetadata();
        metadata.setNamespace(NAMESPACE);
        metadata.setUid(UUID.nameUUIDFromBytes(metadata.getName().getBytes(StandardCharsets.UTF_8))
                .toString());
        metadata.setCreationTimestamp("2026-01-01T00:00:00Z");
        metadata.setGeneration(1L);
        return example;
    }
}
