package io.shardwright.table;

import io.shardwright.clickhouse.ClickHouseException;
import io.shardwright.clickhouse.Servers;
import io.shardwright.plan.Outcome;
import java.util.Set;

/** Runs the statement of an action on its host. */
final class TableExecutor {
    /**
     * Codes with which a server refuses SQL for what it says, and would again: syntax, unknown names, types, functions and
     * settings, arguments that don't fit.
     */
    private static final Set<Integer> REFUSED =
            Set.of(16, 20, 34, 36, 37, 42, 43, 44, 46, 47, 50, 51, 53, 62, 63, 70, 72, 115, 122, 342, 344);

    private final Servers servers;

    TableExecutor(Servers servers) {
        this.servers = servers;
    }

    Outcome<TableAction> execute(TableAction action) {
        try {
            servers.execute(action.host(), TableSql.of(action));
            return new Outcome.Done<>(action);
        } catch (ClickHouseException e) {
            return new Outcome.Failed<>(action, e.getMessage(), !REFUSED.contains(e.code()));
        }
    }
}
