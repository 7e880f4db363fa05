package io.shardwright.replacement;

/**
 * Of all replicated tables that a server has at that moment: a statement that names a table does nothing, and says nothing, where
 * the table was renamed meanwhile.
 */
final class QueueSql {
    static final String STOP = "SYSTEM STOP REPLICATION QUEUES";
    static final String START = "SYSTEM START REPLICATION QUEUES";

    private QueueSql() {}
}
