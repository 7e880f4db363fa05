package io.shardwright.e2e.harness;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/** The images that scripts/build makes, as files. */
final class Images {
    private static final int SHOWN_DIGITS = 16;

    private Images() {}

    static Path directory() {
        return Path.of(Optional.ofNullable(System.getenv("SHARDWRIGHT_IMAGES")).orElse("/var/tmp/shardwright/images"));
    }

    static List<Path> all() {
        try (var files = Files.list(directory())) {
            return files.filter(file -> file.toString().endsWith(".tar"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException("there are no images: run scripts/build", e);
        }
    }

    /** The same hash that scripts/cluster.sh computes: neither restarts the operator that the other installed. */
    static Optional<String> operatorHash() {
        var image = directory().resolve("operator.tar");
        if (!Files.exists(image)) {
            throw new IllegalStateException("the operator's image is missing: run scripts/build");
        }
        try (var in = new DigestInputStream(Files.newInputStream(image), MessageDigest.getInstance("SHA-256"))) {
            in.transferTo(OutputStream.nullOutputStream());
            return Optional.of(
                    HexFormat.of().formatHex(in.getMessageDigest().digest()).substring(0, SHOWN_DIGITS));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
