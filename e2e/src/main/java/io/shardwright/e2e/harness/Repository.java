package io.shardwright.e2e.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The files of this repository. */
public final class Repository {
    private static final Path ROOT = root();

    private Repository() {}

    public static Path path(String relative) {
        return ROOT.resolve(relative);
    }

    public static String text(String relative) {
        try {
            return Files.readString(path(relative));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Maven runs tests in the module's directory, people run them from anywhere below the root. */
    private static Path root() {
        for (var directory = Path.of("").toAbsolutePath(); directory != null; directory = directory.getParent()) {
            if (Files.isRegularFile(directory.resolve("helm/shardwright/Chart.yaml"))) {
                return directory;
            }
        }
        throw new IllegalStateException("run this inside the repository: there is no helm/shardwright above "
                + Path.of("").toAbsolutePath());
    }
}
