package io.shardwright.holdings;

import io.shardwright.clickhouse.Dialect;
import io.shardwright.clickhouse.Sql;
import io.shardwright.holdings.HostContents.PartState;
import io.shardwright.holdings.HostContents.ReplicaState;
import io.shardwright.holdings.HostContents.TableId;
import io.shardwright.holdings.HostContents.TableState;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Asks a server for all that it has, in one statement, and reads the answer. Works from 18.16 to 26. */
public final class ContentsSql {
    private static final int COLUMNS = 7;

    /** What is in them comes with them. */
    private static final String FOREIGN_DATABASES =
            "('Dictionary', 'MySQL', 'PostgreSQL', 'SQLite', 'MaterializedMySQL', 'MaterializedPostgreSQL', 'Filesystem', 'S3',"
                    + " 'HDFS', 'DataLakeCatalog', 'Overlay', 'Backup')";

    /** They take no arguments. */
    private static final Set<String> PLAIN_ENGINES = Set.of("Ordinary", "Atomic", "Memory", "Dictionary");

    private static final Pattern ENGINE = Pattern.compile(
            "^(?:CREATE|ATTACH) DATABASE (?:`(?:[^`\\\\]|\\\\.)*`|\\S+)\\s+(?:UUID '[^']*'\\s+)?ENGINE = (.*)$",
            Pattern.DOTALL);

    /** The operator's own, which come and go: nobody should find them on another host. */
    private static final String PASSING = "(name LIKE '\\\\_import\\\\_%' OR name LIKE '\\\\_shardwright\\\\_%')";

    /**
     * The delay of a replica is counted from 1970 while another server holds its place in the coordination, or an earlier
     * session of its own does; it is not read-only then, and its queue is empty.
     */
    private static final int SINCE_1970 = 1_000_000_000;

    /** Parts that a peer may well not have yet. */
    private static final int YOUNG_SECONDS = 5;

    private ContentsSql() {}

    public static String of(String cluster, Dialect dialect) {
        return listing(cluster) + "\nUNION ALL\n" + withoutListing(dialect);
    }

    /** remote_servers alone; every server of a cluster may be asked. */
    public static String listing(String cluster) {
        return "SELECT 'server' AS k, host_name AS a, '' AS b, '' AS c, '' AS d, '' AS e, '' AS f\n"
                + "FROM system.clusters WHERE cluster = " + Sql.literal(cluster);
    }

    /** A server that started while a name in its remote_servers did not resolve fails whatever reads system.clusters. */
    public static String withoutListing(Dialect dialect) {
        var functions = dialect.hasSqlFunctions() ? """

                UNION ALL
                SELECT 'function' AS k, name AS a, create_query AS b, '' AS c, '' AS d, '' AS e, '' AS f
                FROM system.functions WHERE origin = 'SQLUserDefined'""" : "";
        return """
                SELECT 'name' AS k, substitution AS a, '' AS b, '' AS c, '' AS d, '' AS e, '' AS f
                FROM system.macros WHERE macro = 'replica'
                UNION ALL
                SELECT 'database' AS k, name AS a, engine AS b, '' AS c, '' AS d, '' AS e, '' AS f
                FROM system.databases WHERE name NOT IN %1$s
                UNION ALL
                SELECT 'table' AS k, database AS a, name AS b, engine AS c, create_table_query AS d, '' AS e, '' AS f
                FROM system.tables WHERE database NOT IN %1$s AND NOT %2$s
                    AND database NOT IN (SELECT name FROM system.databases WHERE engine IN %5$s)
                UNION ALL
                SELECT 'replica' AS k, database AS a, table AS b, zookeeper_path AS c,
                    toString(NOT is_readonly AND absolute_delay < %3$d) AS d, replica_name AS e, '' AS f
                FROM system.replicas
                UNION ALL
                SELECT 'part' AS k, database AS a, table AS b, name AS c, toString(rows) AS d, toString(bytes_on_disk) AS e,
                    toString(modification_time < now() - %4$d) AS f
                FROM system.parts WHERE active AND engine LIKE 'Replicated%%'""".formatted(OwnRowsSql.OWN_DATABASES, PASSING, SINCE_1970, YOUNG_SECONDS, FOREIGN_DATABASES)
                + functions;
    }

    /** Whether the name of a database's engine is all that there is to it. */
    public static boolean isWhole(String engine) {
        return PLAIN_ENGINES.contains(engine);
    }

    /** The statement that makes a database. */
    public static String showDatabase(String database) {
        return "SHOW CREATE DATABASE " + Sql.identifier(database);
    }

    /** A database's engine with its arguments, from that. */
    public static Optional<String> parseEngine(List<List<String>> rows) {
        return rows.stream()
                .map(row -> ENGINE.matcher(row.getFirst()))
                .filter(Matcher::matches)
                .map(matcher -> matcher.group(1))
                .findFirst();
    }

    public static Set<String> parseListing(List<List<String>> rows) {
        var names = new HashSet<String>();
        rows.forEach(row -> names.add(row.get(1)));
        return names;
    }

    /**
     * @param hasListing whether the statement asked for remote_servers
     * @throws IllegalArgumentException when the rows are not what the statement returns
     */
    public static HostContents parse(List<List<String>> rows, boolean hasListing) {
        var name = Optional.<ReplicaName>empty();
        var databases = new TreeMap<String, String>();
        var functions = new TreeMap<String, String>();
        var listed = new HashSet<String>();
        var replicas = new HashMap<TableId, ReplicaState>();
        var parts = new HashMap<TableId, List<PartState>>();
        for (var row : rows) {
            if (row.size() != COLUMNS) {
                throw new IllegalArgumentException("the host's answer has rows of another shape");
            }
            switch (row.getFirst()) {
                case "name" -> name = Optional.of(new ReplicaName(row.get(1)));
                case "server" -> listed.add(row.get(1));
                case "database" -> databases.put(row.get(1), row.get(2));
                case "function" -> functions.put(row.get(1), row.get(2));
                case "replica" ->
                    replicas.put(
                            id(row),
                            new ReplicaState(
                                    row.get(3),
                                    new ReplicaName(row.get(5)),
                                    row.get(4).equals("1")));
                case "part" ->
                    parts.computeIfAbsent(id(row), any -> new ArrayList<>()).add(part(row));
                default -> {}
            }
        }
        return new HostContents(
                name,
                databases,
                tables(rows, replicas, parts),
                functions,
                hasListing ? Optional.of(listed) : Optional.empty());
    }

    private static TreeMap<TableId, TableState> tables(
            List<List<String>> rows, Map<TableId, ReplicaState> replicas, Map<TableId, List<PartState>> parts) {
        var tables = new TreeMap<TableId, TableState>();
        rows.stream()
                .filter(row -> row.getFirst().equals("table"))
                .forEach(row -> tables.put(
                        id(row),
                        new TableState(
                                row.get(3),
                                row.get(4),
                                Optional.ofNullable(replicas.get(id(row))),
                                parts.getOrDefault(id(row), List.of()))));
        return tables;
    }

    private static TableId id(List<String> row) {
        return new TableId(row.get(1), row.get(2));
    }

    private static PartState part(List<String> row) {
        return new PartState(
                Part.of(row.get(3)),
                Long.parseLong(row.get(4)),
                Long.parseLong(row.get(5)),
                row.get(6).equals("1"));
    }
}
