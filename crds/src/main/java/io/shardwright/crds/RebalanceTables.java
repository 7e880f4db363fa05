package io.shardwright.crds;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Size;
import java.util.List;

/** Which tables a rebalance moves. */
public record RebalanceTables(
        @JsonPropertyDescription(
                "Tables as database.table, * stands for any letters, e.g. nyc.* . Default: every replicated table.")
        @Size(max = 1000)
        List<@Pattern("^([*]|[^.]+[.].+)$") String> include,

        @JsonPropertyDescription("Tables that are left alone, written like include. Default: none.") @Size(max = 1000)
        List<@Pattern("^([*]|[^.]+[.].+)$") String> exclude,

        @JsonPropertyDescription(
                "Groups of tables, as database.table, whose partitions of the same id stay on one shard, e.g. because"
                        + " they are joined there. Default: none.")
        @Size(max = 100)
        List<TableGroup> together) {}
