package io.shardwright.e2e.harness;

import io.fabric8.kubernetes.api.model.Event;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Collectors;

/** Writes what a failure may be explained by to target/e2e/NAMESPACE: objects without Secrets, events, logs. */
final class Dump {
    private Dump() {}

    static void write(String test, Sandbox sandbox, OperatorPod operator) {
        var directory = Repository.path("e2e/target/e2e").resolve(sandbox.namespace());
        try {
            Files.createDirectories(directory);
            var name = test.replaceAll("[^A-Za-z0-9]+", "-");
            Files.writeString(directory.resolve(name + "-objects.yaml"), objects(sandbox));
            Files.writeString(directory.resolve(name + "-events.txt"), events(sandbox));
            Files.writeString(directory.resolve(name + "-operator.log"), operator.log());
            writeLogs(sandbox, directory, name);
            System.out.println("e2e: " + test + " failed; see " + directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String objects(Sandbox sandbox) {
        return NamespaceObjects.of(sandbox).stream()
                .filter(object -> !"Secret".equals(object.getKind()))
                .map(object -> sandbox.client().getKubernetesSerialization().asYaml(object))
                .collect(Collectors.joining());
    }

    private static String events(Sandbox sandbox) {
        return sandbox.client().v1().events().inNamespace(sandbox.namespace()).list().getItems().stream()
                .sorted(Comparator.comparing(event -> event.getMetadata().getCreationTimestamp()))
                .map(Dump::line)
                .collect(Collectors.joining("\n", "", "\n"));
    }

    private static String line(Event event) {
        return String.join(
                " ",
                event.getMetadata().getCreationTimestamp(),
                event.getType(),
                event.getReason(),
                event.getInvolvedObject().getKind() + "/"
                        + event.getInvolvedObject().getName(),
                event.getMessage());
    }

    private static void writeLogs(Sandbox sandbox, Path directory, String name) throws IOException {
        for (var pod :
                sandbox.client().pods().inNamespace(sandbox.namespace()).list().getItems()) {
            Files.writeString(
                    directory.resolve(name + "-" + pod.getMetadata().getName() + ".log"),
                    NamespaceObjects.log(sandbox, pod));
        }
    }
}
