package io.shardwright.e2e.harness;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/**
 * A client inside the cluster that inserts through the Distributed table of a table of {@link Yaml#table}, and the cluster's
 * Service, a block of numbered rows after the other. A block whose insert failed is not sent again: its rows may be there.
 */
public final class Inserter {
    private static final int BLOCK = 100;
    private static final String SCRIPT = """
            block=0
            while :; do
              if answer=$($client --query "INSERT INTO e2e.%1$s_all SELECT $block * %2$d + number AS id, 'e2e' AS word,
                toDate('2024-01-01') + number %% 60 AS day FROM system.numbers LIMIT %2$d" 2>&1)
              then echo "$block"
              else echo "$block failed: $(echo "$answer" | head -n 1)"
              fi
              block=$((block + 1))
              sleep 0.2
            done
            """;

    private final ClientPod client;

    public Inserter(Sandbox sandbox, String cluster, String user, String table) {
        client = new ClientPod(sandbox, "inserter", cluster, user, SCRIPT.formatted(table, BLOCK));
    }

    /** Ends it. */
    public Acknowledged end() {
        var lines = client.end();
        var failed = lines.stream().filter(line -> line.contains(" ")).toList();
        System.out.println(
                "e2e: " + (lines.size() - failed.size()) + " blocks were inserted, these were not: " + failed);
        return new Acknowledged(lines.stream()
                .filter(line -> !line.contains(" "))
                .map(Long::valueOf)
                .toList());
    }

    /** Blocks of rows that are there, once, whatever else is. */
    public record Acknowledged(List<Long> blocks) {
        public Acknowledged {
            blocks = List.copyOf(blocks);
        }

        /** True of their rows. */
        public String condition() {
            return "intDiv(id, " + BLOCK + ") IN ("
                    + blocks.stream().map(String::valueOf).collect(Collectors.joining(", ")) + ")";
        }

        public long rows() {
            return (long) blocks.size() * BLOCK;
        }

        public long sumOfIds() {
            return blocks.stream()
                    .flatMapToLong(block -> LongStream.range(block * BLOCK, (block + 1) * BLOCK))
                    .sum();
        }
    }
}
