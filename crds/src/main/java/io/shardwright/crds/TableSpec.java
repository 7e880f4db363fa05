package io.shardwright.crds;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.List;
import java.util.Map;

/** What a user asks of a table. */
@ValidationRule(
        value = "self.cluster == oldSelf.cluster",
        message = "cluster is immutable: create another Table for another cluster")
@ValidationRule(
        value = "self.database == oldSelf.database",
        message = "database is immutable: the rows stand in the database they were written to; create another Table")
@ValidationRule(
        value = "has(self.name) == has(oldSelf.name) && (!has(self.name) || self.name == oldSelf.name)",
        message = "name is immutable: the rows stand in the table they were written to; create another Table")
@ValidationRule(
        value = "!has(self.primaryKey) || size(self.primaryKey) <= size(self.orderBy)",
        message = "primaryKey must be a prefix of orderBy: it has more expressions")
public record TableSpec(
        @JsonPropertyDescription("The ClickHouseCluster, in the same namespace, that holds the table. Immutable.")
        @Required
        @Size(min = 1, max = 40)
        String cluster,

        @JsonPropertyDescription("Database of the table; created where it is missing. Immutable.")
        @Required
        @Pattern("^[A-Za-z_][A-Za-z0-9_]{0,127}$")
        String database,

        @JsonPropertyDescription("Name of the local table on every host. Immutable. Default: metadata.name.")
        @Pattern("^[A-Za-z_][A-Za-z0-9_]{0,127}$")
        String name,

        @JsonPropertyDescription("The columns, in order; at least one.") @Required @Size(min = 1, max = 2000)
        List<ColumnSpec> columns,

        @JsonPropertyDescription(
                "Engine of the local table, one of the Replicated…MergeTree family. Default:" + " ReplicatedMergeTree.")
        @Default("ReplicatedMergeTree")
        @Pattern("^Replicated[A-Za-z]*MergeTree$")
        String engine,

        @JsonPropertyDescription(
                "Arguments of the engine after the replica's path and name, as SQL expressions, e.g. the"
                        + " version column of ReplicatedReplacingMergeTree.")
        List<String> engineArguments,

        @JsonPropertyDescription("Partition key as an SQL expression, e.g. toYYYYMM(time). Default: one partition.")
        String partitionBy,

        @JsonPropertyDescription("Sorting key: SQL expressions, at least one.") @Required @Size(min = 1, max = 100)
        List<String> orderBy,

        @JsonPropertyDescription("Primary key, a prefix of orderBy: SQL expressions. Default: orderBy.")
        List<String> primaryKey,

        @JsonPropertyDescription("Sampling key as an SQL expression; it must be in the primary key. Default: none.")
        String sampleBy,

        @JsonPropertyDescription("Settings of the engine by name, e.g. index_granularity: \"8192\".")
        Map<String, String> settings,

        @JsonPropertyDescription("The Distributed table over all shards. Default: none.")
        DistributedSpec distributed,

        @JsonPropertyDescription(
                "The sharding key matters: queries rely on a row being on the shard that the key says, so a Rebalance"
                        + " leaves the table alone. Default: false.")
        @Default("false")
        Boolean keyed,

        @JsonPropertyDescription(
                "Retain keeps the tables and their rows on the hosts when this object is deleted; Drop drops"
                        + " them. Default: Retain.")
        @Default("Retain")
        TableDeletionPolicy deletionPolicy) {}
