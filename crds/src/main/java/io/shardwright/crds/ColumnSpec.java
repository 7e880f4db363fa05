package io.shardwright.crds;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;

/** A column of a table. */
public record ColumnSpec(
        @JsonPropertyDescription("Name of the column.")
        @Required
        @Pattern("^[A-Za-z_][A-Za-z0-9_.]{0,127}$")
        @Size(min = 1, max = 128)
        String name,

        @JsonPropertyDescription("ClickHouse type, e.g. DateTime or Nullable(Int16).")
        @Required
        @Size(min = 1, max = 512)
        String type,

        @JsonPropertyDescription("Value where none is given, as an SQL expression. Default: the type's own default.")
        @JsonProperty("default")
        String defaultExpression) {}
