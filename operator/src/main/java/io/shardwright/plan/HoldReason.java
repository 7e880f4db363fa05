package io.shardwright.plan;

/** Why something waits. The names are what users see in status and what the metrics count. */
public enum HoldReason {
    /** No member of the coordination ensemble answers. */
    CoordinationUnreachable,
    /** A user's Secret stands but holds no password. */
    SecretWithoutPassword,
    /** The ClickHouseCluster that is referred to does not exist. */
    ClusterMissing,
    /** The Table that is referred to does not exist or is not ready. */
    TableNotReady,
    /** A host does not answer. */
    HostUnreachable,
    /** A host that servers would look up has no address. */
    HostWithoutAddress,
    /** A host may not be restarted while another replica of its shard is not ready. */
    PeerNotReady,
    /** Fewer shards or replicas are asked for than there are; removing them is not supported yet. */
    RemovalNotSupported,
    /** Another import publishes to the same table. */
    ImportAhead,
    /** What stands on a host is not what the spec says; changing it is not supported yet. */
    SchemaDiffers,
    /** Rows equal to a staging table's are in the table already, and it cannot be told who put them there. */
    RowsAlreadyPresent
}
