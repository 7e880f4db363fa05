package io.shardwright.importworker;

import java.util.Optional;
import java.util.OptionalLong;

/** Something about a file that trying again would not change. */
final class RefusedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String file;
    private final long line;

    /** @param line of the file, from 1; 0 when it is about the whole file */
    RefusedException(String file, long line, String message) {
        super(message);
        this.file = file;
        this.line = line;
    }

    Optional<String> file() {
        return Optional.ofNullable(file);
    }

    OptionalLong line() {
        return line > 0 ? OptionalLong.of(line) : OptionalLong.empty();
    }
}
