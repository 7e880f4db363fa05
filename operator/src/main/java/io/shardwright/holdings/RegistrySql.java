package io.shardwright.holdings;

import io.shardwright.clickhouse.Sql;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Asks a server what stands in the coordination. A path that does not stand fails the whole statement. */
public final class RegistrySql {
    /** Entries of a table's log, and of a replica's queue, that remove a range of parts; the range is on the next line. */
    private static final Pattern DROP = Pattern.compile("^(?:drop|detach)\\n(\\S+)", Pattern.MULTILINE);

    private RegistrySql() {}

    /** The children of znodes: rows of a path and a name. */
    public static String children(List<String> paths) {
        return paths.stream()
                .map(path -> "SELECT " + Sql.literal(path) + " AS p, name AS n FROM system.zookeeper WHERE path = "
                        + Sql.literal(path))
                .collect(Collectors.joining("\nUNION ALL\n"));
    }

    /** The entries of a table's log and of a replica's queue that remove parts. */
    public static String drops(String tablePath, ReplicaName replica) {
        return Stream.of(tablePath + "/log", tablePath + "/replicas/" + replica + "/queue")
                .map(path -> "SELECT value AS v FROM system.zookeeper WHERE path = " + Sql.literal(path)
                        + " AND (value LIKE '%drop%' OR value LIKE '%detach%')")
                .collect(Collectors.joining("\nUNION ALL\n"));
    }

    /** The ranges that such entries remove. */
    public static List<Part> ranges(List<List<String>> rows) {
        return rows.stream()
                .flatMap(row -> DROP.matcher(row.getFirst()).results())
                .map(match -> Part.of(match.group(1)))
                .toList();
    }
}
