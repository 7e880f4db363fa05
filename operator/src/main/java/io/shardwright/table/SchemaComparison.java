package io.shardwright.table;

import io.shardwright.clickhouse.SqlExpression;
import io.shardwright.clickhouse.SqlExpression.Call;
import io.shardwright.clickhouse.SqlExpression.Leaf;
import io.shardwright.clickhouse.SqlType;
import io.shardwright.table.TableIntent.Column;
import io.shardwright.table.TableObserved.HostState;
import io.shardwright.table.TableObserved.StandingColumn;
import io.shardwright.table.TableObserved.StandingTable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Says in words where tables that stand are not what the spec says.
 *
 * <p>Expressions are compared by meaning, as servers rewrite them. One that is not understood is taken to be as declared: a
 * difference missed is told at the next change, a false one would keep a good table from ever being ready.
 */
final class SchemaComparison {
    private SchemaComparison() {}

    /** In the order local table, Distributed table; a table that does not stand does not differ. */
    static List<String> differences(TableIntent intent, HostState.Seen seen) {
        return Stream.concat(
                        seen.table(intent.names().local()).stream().flatMap(table -> ofLocal(intent, table).stream()),
                        intent.names().distributed().flatMap(seen::table).stream()
                                .flatMap(table -> ofDistributed(intent, table).stream()
                                        .map(difference -> "in " + table.name() + ", " + difference)))
                .toList();
    }

    private static List<String> ofLocal(TableIntent intent, StandingTable table) {
        if (!table.engine().equals(intent.engine())) {
            return List.of("the engine is " + table.engine() + ", the spec says " + intent.engine());
        }
        var differences = new ArrayList<>(columns(intent.columns(), table.columns()));
        var sorting = String.join(", ", intent.orderBy());
        engineArguments(intent, table).ifPresent(differences::add);
        key("partition key", intent.partitionBy().orElse(""), table.partitionKey())
                .ifPresent(differences::add);
        key("sorting key", sorting, table.sortingKey()).ifPresent(differences::add);
        key(
                        "primary key",
                        intent.primaryKey().isEmpty() ? sorting : String.join(", ", intent.primaryKey()),
                        table.primaryKey())
                .ifPresent(differences::add);
        key("sampling key", intent.sampleBy().orElse(""), table.samplingKey()).ifPresent(differences::add);
        differences.addAll(settings(intent.settings(), table));
        return differences;
    }

    private static List<String> ofDistributed(TableIntent intent, StandingTable table) {
        if (!table.engine().equals("Distributed")) {
            return List.of("the engine is " + table.engine() + ", the spec says Distributed");
        }
        var differences = new ArrayList<>(columns(intent.columns(), table.columns()));
        arguments(table).ifPresent(arguments -> {
            var names =
                    arguments.stream().limit(3).map(SchemaComparison::nameOf).toList();
            var wanted = List.of(
                    intent.cluster(), intent.names().database(), intent.names().local());
            if (!names.equals(wanted)) {
                differences.add("it reads " + String.join(".", names) + ", the spec says " + String.join(".", wanted));
            }
            var key = arguments.stream().skip(3).findFirst();
            var wantedKey = SqlExpression.of(intent.shardingKey().orElseThrow());
            if (wantedKey.isPresent() && !key.equals(wantedKey)) {
                differences.add("the sharding key is not "
                        + intent.shardingKey().orElseThrow() + " but as in " + table.engineFull());
            }
        });
        return differences;
    }

    private static List<String> columns(List<Column> wanted, List<StandingColumn> standing) {
        Map<String, StandingColumn> byName = standing.stream()
                .collect(Collectors.toMap(StandingColumn::name, Function.identity(), (one, other) -> one));
        var wantedNames = wanted.stream().map(Column::name).toList();
        var standingNames = standing.stream().map(StandingColumn::name).toList();
        var differences = new ArrayList<String>();
        for (var column : wanted) {
            var found = byName.get(column.name());
            if (found == null) {
                differences.add("column " + column.name() + " is missing");
            } else {
                differences.addAll(column(column, found));
            }
        }
        standingNames.stream()
                .filter(name -> !wantedNames.contains(name))
                .forEach(name -> differences.add("column " + name + " is not in the spec"));
        if (differences.isEmpty() && !standingNames.equals(wantedNames)) {
            differences.add("the columns stand in another order: " + String.join(", ", standingNames));
        }
        return differences;
    }

    private static List<String> column(Column wanted, StandingColumn standing) {
        var differences = new ArrayList<String>();
        if (!isSameType(wanted.type(), standing.type())) {
            differences.add("column " + wanted.name() + " is " + standing.type() + ", the spec says " + wanted.type());
        }
        var kind = wanted.defaultExpression().isPresent() ? "DEFAULT" : "";
        if (!standing.defaultKind().equals(kind) || !isSameDefault(wanted, standing)) {
            differences.add("the default of column " + wanted.name() + " is "
                    + said(standing.defaultKind(), standing.defaultExpression()) + ", the spec says "
                    + said(kind, wanted.defaultExpression().orElse("")));
        }
        return differences;
    }

    private static boolean isSameType(String wanted, String standing) {
        return wanted.equals(standing) || SqlType.canonical(wanted).equals(SqlType.canonical(standing));
    }

    private static String said(String defaultKind, String expression) {
        return defaultKind.isEmpty() ? "none" : (defaultKind.equals("DEFAULT") ? "" : defaultKind + " ") + expression;
    }

    /** 18.16 stores a default of another type as CAST(default, 'type of the column'). */
    private static boolean isSameDefault(Column wanted, StandingColumn standing) {
        if (wanted.defaultExpression().orElse("").equals(standing.defaultExpression())) {
            return true;
        }
        var declared = wanted.defaultExpression().flatMap(SqlExpression::of);
        var stored = SqlExpression.of(standing.defaultExpression());
        return declared.isEmpty()
                || stored.isEmpty()
                || declared.equals(stored)
                || stored.get().equals(SqlExpression.cast(declared.get(), standing.type()));
    }

    private static Optional<String> key(String what, String wanted, String standing) {
        if (wanted.equals(standing)) {
            return Optional.empty();
        }
        var declared = SqlExpression.keyOf(wanted);
        var stored = SqlExpression.keyOf(standing);
        return declared.isEmpty() || stored.isEmpty() || declared.equals(stored)
                ? Optional.empty()
                : Optional.of("the " + what + " is " + orNone(standing) + ", the spec says " + orNone(wanted));
    }

    private static String orNone(String key) {
        return key.isEmpty() ? "none" : "(" + key + ")";
    }

    private static Optional<String> engineArguments(TableIntent intent, StandingTable table) {
        var declared = intent.engineArguments().stream().map(SqlExpression::of).toList();
        var stored = arguments(table);
        if (stored.isEmpty() || declared.stream().anyMatch(Optional::isEmpty)) {
            return Optional.empty();
        }
        var place = stored.get().stream().limit(2).map(SchemaComparison::nameOf).toList();
        if (!place.equals(List.of(intent.replicaPath(), intent.replicaName()))) {
            return Optional.of("the replica's path and name are " + String.join(" and ", place) + ", not "
                    + intent.replicaPath() + " and " + intent.replicaName());
        }
        return stored.get().stream().skip(2).map(Optional::of).toList().equals(declared)
                ? Optional.empty()
                : Optional.of("the engine's arguments are not " + String.join(", ", intent.engineArguments())
                        + " but as in " + table.engineFull());
    }

    /** What stands in parentheses after the engine's name; empty when it is not understood. */
    private static Optional<List<SqlExpression>> arguments(StandingTable table) {
        return SqlExpression.callAtStart(table.engineFull()).map(Call::arguments);
    }

    private static String nameOf(SqlExpression expression) {
        return expression instanceof Leaf(var kind, var text) ? text : expression.toString();
    }

    private static List<String> settings(Map<String, String> wanted, StandingTable table) {
        if (wanted.isEmpty()) {
            return List.of();
        }
        var standing = new HashMap<String, String>();
        SqlExpression.listAfter("SETTINGS", table.engineFull()).forEach(setting -> {
            if (setting instanceof Call(var function, var sides) && function.equals("equals")) {
                standing.put(nameOf(sides.getFirst()), nameOf(sides.getLast()));
            }
        });
        return wanted.entrySet().stream()
                .filter(setting -> !Objects.equals(standing.get(setting.getKey()), setting.getValue()))
                .map(setting -> "setting " + setting.getKey() + " is "
                        + Objects.requireNonNullElse(standing.get(setting.getKey()), "not set") + ", the spec says "
                        + setting.getValue())
                .toList();
    }
}
