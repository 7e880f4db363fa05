package io.shardwright.e2e.bench;

import io.shardwright.e2e.harness.HostShell;
import io.shardwright.e2e.harness.HostSql;
import io.shardwright.e2e.harness.Sandbox;
import io.shardwright.topology.Host;
import java.util.regex.Pattern;

/** A cluster with a {@link Load}, which the operator keeps or somebody by hand. */
record DataCluster(Sandbox sandbox, HostSql sql, Load load) implements AutoCloseable {
    static final String NAME = "data";

    private static final Pattern RECEIVED = Pattern.compile("eth0: *(\\d+)");

    static DataCluster in(Sandbox sandbox) {
        var sql = new HostSql(sandbox, NAME, "shardwright");
        return new DataCluster(sandbox, sql, new Load(sql));
    }

    /** Bytes that came in over the network to the hosts of a shard, since their pods began. */
    long received(int shard) {
        return received(sql.host(shard, 0)) + received(sql.host(shard, 1));
    }

    long received(Host host) {
        var counted = RECEIVED.matcher(new HostShell(sandbox).run(host, "cat /proc/net/dev"));
        if (!counted.find()) {
            throw new IllegalStateException("the kernel does not tell what " + host.name() + " received");
        }
        return Long.parseLong(counted.group(1));
    }

    @Override
    public void close() {
        sql.close();
    }
}
