package io.shardwright.plan;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class HoldReasonTest {
    private static final String PAGES = pages();

    /** Whoever reads one in a status finds what it means and what to do about it. */
    @ParameterizedTest
    @EnumSource
    void isExplainedInARowOfATable(HoldReason reason) {
        assertThat(PAGES).containsPattern("(?m)^\\| [^|]*\\b" + reason + "\\b[^|]*\\|[^|]+\\|");
    }

    private static String pages() {
        try (var files = Files.list(Path.of("docs", "operations"))) {
            return files.map(HoldReasonTest::text).collect(Collectors.joining());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
