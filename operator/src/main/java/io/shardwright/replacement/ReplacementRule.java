package io.shardwright.replacement;

import java.util.EnumSet;
import java.util.Set;

/** What replacement never does. Each is looked for by the simulations, which must notice when one is not obeyed. */
enum ReplacementRule {
    /** A replica that serves is fenced, or given up, only while another one of its shard serves. */
    NEVER_THE_LAST_IN_SERVICE,
    /** A volume, or a place in the coordination, is given up only when whatever was there is on replicas that serve. */
    NEVER_THE_LAST_GOOD_COPY,
    /** A volume that stands is given up only when no table on it that is not replicated holds rows. */
    NEVER_ROWS_OF_ITS_OWN,
    /** Rows may be on their way from a host until a while after it is left alone. */
    ONLY_AFTER_A_WHILE,
    /** Tables that have rows elsewhere are made only where nobody reads yet. */
    NEVER_READ_FROM_HALF,
    /** A host serves when it has what its peers have. */
    CAUGHT_UP_BEFORE_SERVING,
    /** What could not be looked at is not taken for absent. */
    UNKNOWN_IS_NOT_ABSENT,
    /** A place in the coordination whose session lives is neither taken nor forgotten. */
    FORGET_ONLY_THE_DEAD,
    /** What cannot be undone stands in the status before it is done, and is looked at once more. */
    TOLD_BEFORE_DONE,
    /** A host whose replication queues may be stopped serves only after they were started. */
    QUEUES_RUN_BEFORE_SERVING;

    static final Set<ReplacementRule> ALL = Set.copyOf(EnumSet.allOf(ReplacementRule.class));
}
