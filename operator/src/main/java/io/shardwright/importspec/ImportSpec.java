package io.shardwright.importspec;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.shardwright.crds.ImportCompression;
import io.shardwright.crds.ImportFormat;
import java.util.List;

/**
 * All that a worker needs to know, but the password.
 *
 * @param target the table as it stands on the servers
 * @param shardingKey integer expression that says where a row belongs; null spreads rows evenly
 * @param shards where the rows of each shard go, by index
 * @param user the operator's own user
 * @param fields names of a line's fields where the file does not name them; null for the table's columns in order
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ImportSpec(
        StagingNames staging,
        TargetTable target,
        String shardingKey,
        List<Shard> shards,
        String user,
        List<String> urls,
        ImportFormat format,
        ImportCompression compression,
        List<String> nullTexts,
        List<String> fields) {

    /**
     * @param host name of the host, for messages
     * @param url base of its HTTP interface
     */
    public record Shard(int shard, String host, String url) {}
}
