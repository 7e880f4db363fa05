package io.shardwright.table;

import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.shardwright.clickhouse.SqlExpression;
import io.shardwright.crds.ColumnSpec;
import io.shardwright.crds.DistributedSpec;
import io.shardwright.crds.Table;
import io.shardwright.crds.TableDeletionPolicy;
import io.shardwright.crds.TableSpec;
import io.shardwright.plan.Parsed;
import io.shardwright.table.TableIntent.Column;
import io.shardwright.table.TableIntent.TableNames;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Turns a Table into an intent, or says what is wrong with it that the API server could not. */
final class TableParser {
    private static final String DEFAULT_ENGINE = "ReplicatedMergeTree";
    private static final String DEFAULT_SHARDING_KEY = "rand()";
    private static final Pattern SETTING = Pattern.compile("[a-z][a-z0-9_]*");

    /** Of objects that claim the same table, the first one has it. */
    private static final Comparator<Table> SENIORITY = Comparator.<Table, String>comparing(
                    table -> Objects.requireNonNullElse(table.getMetadata().getCreationTimestamp(), ""))
            .thenComparing(table -> table.getMetadata().getName());

    private TableParser() {}

    /** @param all the Tables of the namespace, with or without this one */
    static Parsed<TableIntent> parse(Table resource, Collection<Table> all) {
        var spec = resource.getSpec();
        if (spec == null) {
            return new Parsed.Rejected<>("spec is missing: add spec with cluster, database, columns and orderBy");
        }
        var names = names(resource);
        return problemOf(spec, names)
                .or(() -> claimedByAnother(resource, all))
                .<Parsed<TableIntent>>map(Parsed.Rejected::new)
                .orElseGet(() -> new Parsed.Accepted<>(intent(resource.getMetadata(), spec, names)));
    }

    private static TableNames names(Table resource) {
        var spec = resource.getSpec();
        return new TableNames(
                spec.database(),
                Objects.requireNonNullElse(spec.name(), resource.getMetadata().getName()),
                Optional.ofNullable(spec.distributed()).map(DistributedSpec::name));
    }

    private static Optional<String> problemOf(TableSpec spec, TableNames names) {
        return Stream.<Supplier<Optional<String>>>of(
                        () -> sameName(names),
                        () -> openText(spec),
                        () -> severalExpressions(spec),
                        () -> badSetting(spec),
                        () -> primaryKeyElsewhere(spec))
                .flatMap(check -> check.get().stream())
                .findFirst();
    }

    private static Optional<String> sameName(TableNames names) {
        return names.distributed()
                .filter(names.local()::equals)
                .map(name -> "distributed.name is the local table's name, " + name + ": write another one, e.g. " + name
                        + "_all");
    }

    /** Text that ends its clause early would make other SQL of the statement than the field's name says. */
    private static Optional<String> openText(TableSpec spec) {
        return Stream.concat(
                        spec.columns().stream()
                                .flatMap(column -> Stream.of(
                                        field("columns: type of " + column.name(), column.type()),
                                        field("columns: default of " + column.name(), column.defaultExpression()))),
                        Stream.concat(
                                single(spec),
                                Stream.of(spec.orderBy(), listOf(spec.primaryKey()), listOf(spec.engineArguments()))
                                        .flatMap(List::stream)
                                        .flatMap(text ->
                                                Stream.of(field("orderBy, primaryKey or engineArguments", text)))))
                .filter(field -> !SqlExpression.isSelfContained(field.getValue()))
                .findFirst()
                .map(field -> field.getKey() + ": \"" + field.getValue()
                        + "\" has a comment, a semicolon, or a bracket or quote that is not closed; write one whole"
                        + " expression");
    }

    private static Optional<String> severalExpressions(TableSpec spec) {
        return Stream.concat(
                        single(spec),
                        spec.columns().stream()
                                .map(column ->
                                        field("columns: default of " + column.name(), column.defaultExpression())))
                .filter(field -> SqlExpression.listOf(field.getValue())
                        .filter(list -> list.size() > 1)
                        .isPresent())
                .findFirst()
                .map(field -> field.getKey() + ": \"" + field.getValue()
                        + "\" is more than one expression; write one, or a tuple in parentheses");
    }

    private static Stream<Map.Entry<String, String>> single(TableSpec spec) {
        return Stream.of(
                field("partitionBy", spec.partitionBy()),
                field("sampleBy", spec.sampleBy()),
                field(
                        "distributed.shardingKey",
                        Optional.ofNullable(spec.distributed())
                                .map(DistributedSpec::shardingKey)
                                .orElse(null)));
    }

    private static Map.Entry<String, String> field(String name, String text) {
        return Map.entry(name, Objects.requireNonNullElse(text, ""));
    }

    private static Optional<String> badSetting(TableSpec spec) {
        return Objects.requireNonNullElse(spec.settings(), Map.<String, String>of()).keySet().stream()
                .filter(name -> !SETTING.matcher(name).matches())
                .sorted()
                .findFirst()
                .map(name ->
                        "settings: \"" + name + "\" is not the name of a setting; write it like index_granularity");
    }

    private static Optional<String> primaryKeyElsewhere(TableSpec spec) {
        var sorting = SqlExpression.keyOf(String.join(", ", spec.orderBy()));
        var primary = SqlExpression.keyOf(String.join(", ", listOf(spec.primaryKey())));
        if (sorting.isEmpty() || primary.isEmpty() || startsWith(sorting.get(), primary.get())) {
            return Optional.empty();
        }
        return Optional.of(
                "primaryKey must be how orderBy begins: rows are sorted by orderBy, and looked up by its first"
                        + " expressions");
    }

    private static boolean startsWith(List<SqlExpression> list, List<SqlExpression> start) {
        return start.size() <= list.size() && list.subList(0, start.size()).equals(start);
    }

    private static Optional<String> claimedByAnother(Table resource, Collection<Table> all) {
        var own = claims(resource);
        return all.stream()
                .filter(other -> !isSame(resource, other) && other.getSpec() != null)
                .filter(other -> other.getSpec()
                                .cluster()
                                .equals(resource.getSpec().cluster())
                        && other.getSpec().database().equals(resource.getSpec().database()))
                .filter(other -> SENIORITY.compare(other, resource) < 0)
                .sorted(SENIORITY)
                .flatMap(other -> claims(other).stream()
                        .filter(own::contains)
                        .map(name -> "table " + resource.getSpec().database() + "." + name + " of cluster "
                                + resource.getSpec().cluster() + " belongs to the Table object "
                                + other.getMetadata().getName() + ", which is older: delete one of the two objects, or"
                                + " create this one with another name"))
                .findFirst();
    }

    private static HashSet<String> claims(Table table) {
        return new HashSet<>(names(table).tables());
    }

    private static boolean isSame(Table one, Table other) {
        return one.getMetadata().getName().equals(other.getMetadata().getName())
                && Objects.equals(
                        one.getMetadata().getNamespace(), other.getMetadata().getNamespace());
    }

    private static TableIntent intent(ObjectMeta metadata, TableSpec spec, TableNames names) {
        return new TableIntent(
                metadata.getNamespace(),
                spec.cluster(),
                names,
                spec.columns().stream().map(TableParser::column).toList(),
                Objects.requireNonNullElse(spec.engine(), DEFAULT_ENGINE),
                listOf(spec.engineArguments()),
                text(spec.partitionBy()),
                spec.orderBy(),
                listOf(spec.primaryKey()),
                text(spec.sampleBy()),
                new TreeMap<>(Objects.requireNonNullElse(spec.settings(), Map.of())),
                Optional.ofNullable(spec.distributed())
                        .map(distributed -> text(distributed.shardingKey()).orElse(DEFAULT_SHARDING_KEY)),
                spec.deletionPolicy() == TableDeletionPolicy.Drop);
    }

    private static Column column(ColumnSpec spec) {
        return new Column(spec.name(), spec.type(), text(spec.defaultExpression()));
    }

    private static Optional<String> text(String text) {
        return Optional.ofNullable(text).filter(present -> !present.isBlank());
    }

    private static List<String> listOf(List<String> list) {
        return Objects.requireNonNullElse(list, List.of());
    }
}
