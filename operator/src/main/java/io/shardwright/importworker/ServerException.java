package io.shardwright.importworker;

import java.io.IOException;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Pattern;

/** A server refused a statement. */
final class ServerException extends IOException {
    private static final long serialVersionUID = 1L;

    private static final Pattern ROW = Pattern.compile("\\(at row (\\d+)\\)");

    /** Codes of values that could not be read: 6, 26, 27, 41, 72 and 130 parsing, 33 and 117 data, 38 dates, 131 lengths. */
    private static final Set<Integer> BAD_VALUE = Set.of(6, 26, 27, 33, 38, 41, 53, 69, 72, 117, 130, 131);

    private final String host;
    private final int code;
    private final String body;

    ServerException(String host, int code, String body) {
        super("host " + host + ": " + Words.ofServer(body));
        this.host = host;
        this.code = code;
        this.body = body;
    }

    /** Which of the rows that were sent it is about, from 0. */
    OptionalInt row() {
        var row = ROW.matcher(body);
        return row.find() ? OptionalInt.of(Integer.parseInt(row.group(1)) - 1) : OptionalInt.empty();
    }

    /** True when another worker would be refused as well. */
    boolean isAboutTheRows() {
        return BAD_VALUE.contains(code) || row().isPresent();
    }

    String words() {
        return Words.ofServer(body);
    }

    String host() {
        return host;
    }
}
