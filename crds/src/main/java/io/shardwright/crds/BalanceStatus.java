package io.shardwright.crds;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import java.util.List;

/** How evenly the shards share what the cluster holds. */
public record BalanceStatus(
        @JsonPropertyDescription("What is to be said of it, in a few words.")
        String summary,

        @JsonPropertyDescription(
                "Bytes on disk that the fullest shard holds above its fair share, in per cent of that share, which is all"
                        + " bytes divided by the shards: 0 is even, 100 twice as much. Whole numbers, kept until they are"
                        + " off by 2, or by a tenth.")
        Integer bytesPercent,

        @JsonPropertyDescription("The same for rows, of the shard with most rows.")
        Integer rowsPercent,

        @JsonPropertyDescription(
                "The same for the bytes of the newest partitions of all tables, which are read and written most: of a table"
                        + " with n partitions n/4, 3 at most. Missing while no table has 4.")
        Integer newestPercent,

        @JsonPropertyDescription("The same as bytesPercent, for people.")
        String imbalance,

        @JsonPropertyDescription("Index of the shard that holds most bytes; missing while the shards hold the same.")
        Integer fullestShard,

        @JsonPropertyDescription("Index of the shard that holds fewest bytes; missing while the shards hold the same.")
        Integer emptiestShard,

        @JsonPropertyDescription(
                "Index of the shard that holds most of the newest partitions; missing while they are even.")
        Integer hottestShard,

        @JsonPropertyDescription(
                "Since when the shards have been more uneven than rebalancing.when says, without a break, RFC 3339.")
        String aboveSince,

        @JsonPropertyDescription("The last Rebalance that the operator began because of it.")
        BalancingStatus last,

        @JsonPropertyDescription("What is wanted but must wait, and why.")
        List<HoldStatus> holds) {}
