package io.shardwright.clickhouse;

import io.shardwright.topology.Host;
import java.util.List;
import java.util.Map;

/** Speaks SQL to the hosts of clusters, as the operator's own user. Nothing is ever tried again by itself. */
public interface Servers {
    /**
     * Runs a statement that returns rows. The statement has no FORMAT clause; the adapter adds one.
     *
     * @return the rows' fields as text; NULL is null
     * @throws ClickHouseException when the host does not answer, refuses, or stops in the middle
     */
    List<List<String>> query(Host host, String sql);

    /**
     * Runs a statement for its effect.
     *
     * @throws ClickHouseException when the host refuses, or when it is not known whether the statement took effect
     */
    default void execute(Host host, String sql) {
        execute(host, sql, Map.of());
    }

    /**
     * Runs a statement for its effect, with settings of its own.
     *
     * @throws ClickHouseException when the host refuses, or when it is not known whether the statement took effect
     */
    void execute(Host host, String sql, Map<String, String> settings);
}
