package io.shardwright.replacement;

import io.shardwright.clickhouse.Dialect;
import io.shardwright.clickhouse.Sql;
import io.shardwright.holdings.HostContents.TableId;
import java.util.Set;
import java.util.regex.Pattern;

/** Peers' statements, said so that they make what is missing here. */
final class RestoreSql {
    /** The verb and the kind, as servers write them. */
    private static final Pattern CREATE = Pattern.compile("^CREATE ((?:[A-Z]+ )*(?:TABLE|VIEW|DICTIONARY|FUNCTION)) ");

    /** Where a materialized view without a table of its own keeps its rows. */
    private static final String INNER = ".inner";

    /** They take rows from elsewhere as soon as they stand, and pass them to views. */
    private static final Set<String> CONSUMERS = Set.of("Kafka", "RabbitMQ", "NATS", "FileLog", "S3Queue");

    /** They hold no rows on the host itself. */
    private static final Set<String> WITHOUT_ROWS = Set.of(
            "View",
            "Dictionary",
            "Distributed",
            "Merge",
            "Null",
            "MySQL",
            "PostgreSQL",
            "SQLite",
            "MongoDB",
            "Redis",
            "ODBC",
            "JDBC",
            "URL",
            "S3",
            "HDFS",
            "AzureBlobStorage",
            "Executable",
            "ExecutablePool");

    private RestoreSql() {}

    /** Whether it must come after whatever it feeds. */
    static boolean isConsumer(String engine) {
        return CONSUMERS.contains(engine);
    }

    /** Whether a host that lacks a table of that engine has all rows that it should. */
    static boolean isWithoutRows(String engine) {
        return WITHOUT_ROWS.contains(engine) || isConsumer(engine);
    }

    /** Whether a table of that engine that is not replicated may have rows that outlive its server; views have them in others. */
    static boolean mayKeepRows(String engine) {
        return !isWithoutRows(engine) && !engine.equals("MaterializedView") && !engine.equals("Memory");
    }

    /**
     * Whether a table is made with another one, not by itself. Before 20.6, where a replica's place in the coordination is
     * taken over by attaching, the inner table of a materialized view is attached like any other.
     */
    static boolean comesWithAnother(TableId id, Dialect dialect) {
        return dialect.hasDropReplica() && id.table().startsWith(INNER);
    }

    /** @param engine with its arguments, as a server tells it */
    static String createDatabase(String database, String engine) {
        return "CREATE DATABASE IF NOT EXISTS " + Sql.identifier(database) + " ENGINE = " + engine;
    }

    static String create(String statement, Dialect dialect) {
        return statement.startsWith("CREATE MATERIALIZED VIEW ") && !dialect.hasDropReplica()
                ? attach(statement)
                : CREATE.matcher(statement).replaceFirst("CREATE $1 IF NOT EXISTS ");
    }

    /** Takes the place in the coordination that stands, and queues fetches of all parts that are missing. */
    static String attach(String statement) {
        return CREATE.matcher(statement).replaceFirst("ATTACH $1 ");
    }
}
