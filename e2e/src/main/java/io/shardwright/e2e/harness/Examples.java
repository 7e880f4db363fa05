package io.shardwright.e2e.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.stream.Collectors;

/** The YAML of examples/. */
public final class Examples {
    private Examples() {}

    /** The quickstart's YAML as it is, but for the namespace, so that a quickstart that stands is not touched. */
    public static String flights(String namespace) {
        try (var files = Files.list(Repository.path("examples/flights"))) {
            return files.filter(file -> file.toString().endsWith(".yaml"))
                    .filter(file -> !file.toString().endsWith("00-namespace.yaml"))
                    .sorted()
                    .map(file ->
                            Repository.text(Repository.path("").relativize(file).toString()))
                    .map(yaml -> yaml.replace("namespace: flights\n", "namespace: " + namespace + "\n")
                            .replace("files.flights.svc", "files." + namespace + ".svc"))
                    .collect(Collectors.joining("\n---\n"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
