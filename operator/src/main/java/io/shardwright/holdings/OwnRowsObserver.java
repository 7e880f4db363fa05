package io.shardwright.holdings;

import io.shardwright.clickhouse.ClickHouseException;
import io.shardwright.clickhouse.Servers;
import io.shardwright.holdings.HostContents.TableId;
import io.shardwright.topology.Host;
import java.util.List;
import java.util.stream.Stream;

/** Finds the tables of a host that hold rows which no other host has. */
public final class OwnRowsObserver {
    private final Servers servers;

    public OwnRowsObserver(Servers servers) {
        this.servers = servers;
    }

    /** @throws ClickHouseException when it does not answer */
    public List<String> ask(Host host) {
        return among(host, servers.query(host, OwnRowsSql.TABLES));
    }

    /**
     * @param rows what the host answered to a statement with {@link OwnRowsSql#TABLES} in it
     * @throws IllegalArgumentException when they are something else
     */
    public List<String> among(Host host, List<List<String>> rows) {
        return Stream.concat(
                        OwnRowsSql.withRowsInParts(rows).stream(),
                        OwnRowsSql.withoutParts(rows).stream().filter(table -> mayHoldRows(host, table)))
                .map(TableId::toString)
                .sorted()
                .toList();
    }

    /** Some kinds of tables cannot be read. */
    private boolean mayHoldRows(Host host, TableId table) {
        try {
            return !servers.query(host, OwnRowsSql.anyRow(table)).isEmpty();
        } catch (ClickHouseException e) {
            return true;
        }
    }
}
