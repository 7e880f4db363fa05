package io.shardwright.scaling;

import java.util.EnumSet;
import java.util.Set;

/** What scaling never does. Each is looked for by the simulation, which must notice when one is not obeyed. */
enum ScalingRule {
    /** A host leaves only while one that stays serves its shard. */
    NEVER_THE_LAST_IN_SERVICE,
    /** Nothing is dropped on a host while a server may still send it queries. */
    NEVER_WHILE_IN_USE,
    /** Nothing is dropped on a host before its peers have every part that it has. */
    NEVER_THE_LAST_GOOD_COPY,
    /** Nothing is dropped on a host that has rows in tables that no peer has. */
    NEVER_ROWS_OF_ITS_OWN,
    /** A shard goes only when every replica of it was counted, and holds no row. */
    ONLY_EMPTY_SHARDS,
    /** What could not be looked at is not taken for absent. */
    UNKNOWN_IS_NOT_ABSENT,
    /** Rows may be on their way until a while after the last server stopped to send. */
    ONLY_AFTER_A_WHILE,
    /** A shard is read, and known to every server, until a while after the last one stopped to bring rows to it. */
    NO_ROWS_UNDER_WAY,
    /** Nothing is dropped before the status says so, and everyone else could read it. */
    TOLD_BEFORE_DONE,
    /** A replica whose server holds a session is not forgotten behind its back. */
    FORGET_ONLY_THE_DEAD;

    static final Set<ScalingRule> ALL = Set.copyOf(EnumSet.allOf(ScalingRule.class));
}
