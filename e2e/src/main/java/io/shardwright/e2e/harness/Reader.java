package io.shardwright.e2e.harness;

import java.util.ArrayList;
import java.util.List;

/**
 * A client inside the cluster that asks the cluster's Service the same count again and again, a new connection each time, as
 * a user of a cluster has. Closing it fails if a read failed, or if a count was lower than one before it.
 */
public final class Reader implements AutoCloseable {
    private static final String SCRIPT = """
            while :; do
              answer=$($client --query "%s" 2>&1)
              echo "$(date +%%T) ${answer//$'\\n'/ }"
              sleep 0.2
            done
            """;

    private final ClientPod client;

    /** @param count a query whose one result is a number */
    public Reader(Sandbox sandbox, String cluster, String user, String count) {
        client = new ClientPod(sandbox, "reader", cluster, user, SCRIPT.formatted(count));
    }

    @Override
    public void close() {
        var lines = client.end();
        var failed = lines.stream().filter(line -> !line.matches("\\S+ \\d+")).toList();
        if (!failed.isEmpty()) {
            throw new AssertionError(failed.size() + " of " + lines.size() + " reads failed: " + failed);
        }
        assertNeverFalls(lines);
    }

    private static void assertNeverFalls(List<String> lines) {
        long highest = 0;
        var fallen = new ArrayList<String>();
        for (var line : lines) {
            long count = Long.parseLong(line.substring(line.lastIndexOf(' ') + 1));
            if (count < highest) {
                fallen.add(line);
            }
            highest = Math.max(highest, count);
        }
        if (!fallen.isEmpty()) {
            throw new AssertionError(
                    fallen.size() + " of " + lines.size() + " counts fell below one before them: " + fallen);
        }
    }
}
