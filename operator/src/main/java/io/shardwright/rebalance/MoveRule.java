package io.shardwright.rebalance;

import java.util.EnumSet;
import java.util.Set;

/** What keeps a move from losing or doubling rows. The simulation switches each off in turn, and must notice. */
enum MoveRule {
    /** Nothing irreversible while a replica of either shard does not answer. */
    UNKNOWN_IS_NOT_ABSENT,
    /** The copy equals the source, byte by byte, on every replica of the target, before the source's is dropped. */
    EVERY_REPLICA_HAS_THE_COPY,
    /** The replication queues that a move stops are the table's: no other move may start them meanwhile. */
    ONE_SWITCH_AT_A_TIME,
    /** A drop is queued behind stopped queues only: what it takes is looked at before it is carried out. */
    QUEUES_STAND_STILL,
    /** Rows that were written between the last look and the drop are written once more, above what it takes. */
    LATE_ROWS_ARE_RESCUED,
    /** The drop waits for inserts whose blocks it takes and that have not ended. */
    INSERTS_HAVE_ENDED,
    /** The source's copy goes when the target's is visible on every replica that answers. */
    VISIBLE_BEFORE_THE_DROP,
    /** What was perhaps attached before is attached again only if the table would know. */
    ATTACHED_ONCE,
    /** Every server that answers reads from the target's shard before the switch: through another, readers would miss the rows. */
    READ_BEFORE_THE_SWITCH,
    /** Where readers must never see a partition twice, replicas that some server reads from do not change. */
    CHANGES_BEHIND_READERS,
    /** Nor those that a query may still read from that began before. */
    OLDER_QUERIES_HAVE_ENDED;

    static final Set<MoveRule> ALL = Set.copyOf(EnumSet.allOf(MoveRule.class));
}
