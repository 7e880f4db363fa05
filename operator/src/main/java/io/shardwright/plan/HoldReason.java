package io.shardwright.plan;

/** Why something waits. The names are what users see in status and what the metrics count. */
public enum HoldReason {
    /** No member of the coordination ensemble answers. */
    CoordinationUnreachable,
    /** What the coordination holds is too much, or too deep, to be searched for what it knows of a host. */
    CoordinationTooLarge,
    /** A user's Secret stands but holds no password. */
    SecretWithoutPassword,
    /** The ClickHouseCluster that is referred to does not exist. */
    ClusterMissing,
    /** The spec of the ClickHouseCluster that is referred to is not accepted. */
    ClusterNotAccepted,
    /** The Table that is referred to does not exist or is not ready. */
    TableNotReady,
    /** A host does not answer. */
    HostUnreachable,
    /** A host may not be restarted while another replica of its shard is not ready. */
    PeerNotReady,
    /** A host leaves, or would be out of readers' way, and no other replica of its shard is in service. */
    LastReplicaInService,
    /** A host leaves or is replaced, and what it holds is not yet, or not surely, on its peers. */
    LastGoodCopy,
    /** A host leaves or changes, and a server may still send queries to it. */
    StillInUse,
    /** A host leaves, and has rows in tables that no peer has. */
    RowsOfItsOwn,
    /** A shard leaves, and still holds rows. */
    ShardNotEmpty,
    /** Another import publishes to the same table. */
    ImportAhead,
    /** What stands on a host is not what the spec says; changing it is not supported yet. */
    SchemaDiffers,
    /** Another server holds a replica's place in the coordination. */
    ReplicaActiveElsewhere,
    /** A replica was lost, and is made anew with its rows. */
    ReplicaBeingRestored,
    /** A replica is lost, and the cluster's spec says to ask before it is replaced. */
    ReplacementNeedsApproval,
    /** A node does not say that a pod has ended, and only a user can know that it is off. */
    NodeUnreachable,
    /** A host's server refuses to make what its peers have. */
    CannotBeRestored,
    /** Rows equal to a staging table's are in the table already, and it cannot be told who put them there. */
    RowsAlreadyPresent,
    /** Rows are being written to it. */
    BeingWritten,
    /** Rows of it are being merged, mutated or fetched. */
    Busy,
    /** Copying a partition to another shard failed. */
    CopyFailed,
    /** It is not the time of day for it. */
    OutsideWindow,
    /** What should go there does not fit. */
    NotEnoughSpace,
    /** A table on a shard that is to be emptied cannot be moved. */
    CannotBeMoved,
    /** Another partition of the table is changing shards, or another Rebalance is under way. */
    MoveAhead,
    /** Shards are uneven, and a Rebalance ended a short while ago, or could not help. */
    NotAgainYet
}
