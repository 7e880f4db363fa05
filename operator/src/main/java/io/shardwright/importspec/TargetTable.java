package io.shardwright.importspec;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A table as a server describes it. Keys are expressions in the server's own writing; an empty one is none.
 *
 * @param settings settings of its engine by name, as literals
 */
public record TargetTable(
        String database,
        String name,
        List<Column> columns,
        String partitionKey,
        String sortingKey,
        String primaryKey,
        String samplingKey,
        Map<String, String> settings) {

    /**
     * @param defaultKind empty, DEFAULT, MATERIALIZED or ALIAS
     */
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    public record Column(String name, String type, String defaultKind, String defaultExpression) {
        /** False for columns that the server computes. */
        @JsonIgnore
        public boolean isInsertable() {
            return defaultKind == null || defaultKind.isEmpty() || defaultKind.equals("DEFAULT");
        }

        @JsonIgnore
        public boolean hasDefault() {
            return defaultKind != null && !defaultKind.isEmpty();
        }

        @JsonIgnore
        public boolean isNullable() {
            return type.startsWith("Nullable(") || type.startsWith("LowCardinality(Nullable(");
        }
    }

    /** The columns that an INSERT may name, in order. */
    @JsonIgnore
    public List<Column> insertable() {
        return columns.stream().filter(Column::isInsertable).toList();
    }

    public Optional<Column> column(String column) {
        return columns.stream().filter(one -> one.name().equals(column)).findFirst();
    }
}
