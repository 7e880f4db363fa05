package io.shardwright.rebalance;

import io.shardwright.clickhouse.ClickHouseException;
import io.shardwright.clickhouse.Servers;
import io.shardwright.topology.Host;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.awaitility.Awaitility;

/** Servers as one process of the operator speaks to them: when it has ended, servers go on with what they were told, alone. */
final class ServersOfOneLife implements Servers {
    private final Servers servers;
    private final Set<Statement> underWay = ConcurrentHashMap.newKeySet();
    private volatile boolean isOver;

    ServersOfOneLife(Servers servers) {
        this.servers = servers;
    }

    /** Told apart by identity. */
    private static final class Statement {
        private final Host host;

        private Statement(Host host) {
            this.host = host;
        }
    }

    @Override
    public List<List<String>> query(Host host, String sql) {
        return whileAlive(host, () -> servers.query(host, sql));
    }

    @Override
    public void execute(Host host, String sql, Map<String, String> settings) {
        whileAlive(host, () -> {
            servers.execute(host, sql, settings);
            return true;
        });
    }

    private <T> T whileAlive(Host host, Supplier<T> send) {
        var statement = new Statement(host);
        underWay.add(statement);
        try {
            if (isOver) {
                throw new ClickHouseException(ClickHouseException.NO_ANSWER, "this process has ended", null);
            }
            return send.get();
        } finally {
            underWay.remove(statement);
        }
    }

    /** A process takes longer to start than a server to read what it was sent. */
    void end() {
        isOver = true;
        Awaitility.await()
                .atMost(Duration.ofMinutes(1))
                .pollInterval(Duration.ofMillis(5))
                .until(() -> underWay.stream().allMatch(this::isRead));
    }

    private boolean isRead(Statement statement) {
        return !servers.query(
                        statement.host,
                        "SELECT query_id FROM system.processes WHERE position(query, '_move_') > 0"
                                + " AND position(query, 'system.processes') = 0")
                .isEmpty();
    }
}
