package io.shardwright.table;

import io.shardwright.clickhouse.Sql;
import io.shardwright.table.TableAction.CreateDatabase;
import io.shardwright.table.TableAction.CreateDistributedTable;
import io.shardwright.table.TableAction.CreateLocalTable;
import io.shardwright.table.TableAction.DropTable;
import io.shardwright.table.TableIntent.Column;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The statement of each action. All may be repeated without harm. */
final class TableSql {
    private static final Pattern NUMBER = Pattern.compile("\\d+(\\.\\d+)?");

    private TableSql() {}

    static String of(TableAction action) {
        return switch (action) {
            case CreateDatabase create -> "CREATE DATABASE IF NOT EXISTS " + Sql.identifier(create.database());
            case CreateLocalTable create -> createLocal(create.table());
            case CreateDistributedTable create -> createDistributed(create.table());
            case DropTable drop -> drop.dialect().dropTable(Sql.qualified(drop.database(), drop.table()));
        };
    }

    private static String createLocal(TableIntent table) {
        return create(table, table.names().local()) + " ENGINE = " + engine(table)
                + table.partitionBy().map(key -> "\nPARTITION BY " + key).orElse("")
                + (table.primaryKey().isEmpty() ? "" : "\nPRIMARY KEY " + tuple(table.primaryKey()))
                + "\nORDER BY " + tuple(table.orderBy())
                + table.sampleBy().map(key -> "\nSAMPLE BY " + key).orElse("")
                + settings(table);
    }

    private static String createDistributed(TableIntent table) {
        return create(table, table.names().distributed().orElseThrow()) + " ENGINE = Distributed("
                + Stream.of(
                                table.cluster(),
                                table.names().database(),
                                table.names().local())
                        .map(Sql::literal)
                        .collect(Collectors.joining(", "))
                + ", " + table.shardingKey().orElseThrow() + ")";
    }

    private static String create(TableIntent table, String name) {
        return "CREATE TABLE IF NOT EXISTS " + Sql.qualified(table.names().database(), name)
                + table.columns().stream()
                        .map(TableSql::column)
                        .collect(Collectors.joining(",\n    ", "\n(\n    ", "\n)\n"))
                        .stripTrailing();
    }

    private static String column(Column column) {
        return Sql.identifier(column.name()) + " " + column.type()
                + column.defaultExpression().map(value -> " DEFAULT " + value).orElse("");
    }

    private static String engine(TableIntent table) {
        return Stream.concat(
                        Stream.of(Sql.literal(table.replicaPath()), Sql.literal(table.replicaName())),
                        table.engineArguments().stream())
                .collect(Collectors.joining(", ", table.engine() + "(", ")"));
    }

    private static String tuple(List<String> expressions) {
        return "(" + String.join(", ", expressions) + ")";
    }

    /** Numbers stand bare: 18.16 refuses one in quotes. */
    private static String settings(TableIntent table) {
        return table.settings().isEmpty()
                ? ""
                : table.settings().entrySet().stream()
                        .map(setting -> setting.getKey() + " = "
                                + (NUMBER.matcher(setting.getValue()).matches()
                                        ? setting.getValue()
                                        : Sql.literal(setting.getValue())))
                        .collect(Collectors.joining(", ", "\nSETTINGS ", ""));
    }
}
