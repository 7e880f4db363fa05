package io.shardwright.importjob;

import io.shardwright.clickhouse.ClickHouseException;
import io.shardwright.clickhouse.Servers;
import io.shardwright.importjob.ImportObserved.Begun;
import io.shardwright.importjob.ImportObserved.Memory;
import io.shardwright.importjob.ImportObserved.ShardStaging;
import io.shardwright.importspec.ImportSpec;
import io.shardwright.topology.Host;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.BiFunction;

/** Looks at the staging tables on the hosts, all shards at once. */
final class StagingObserver {
    private final Servers servers;

    StagingObserver(Servers servers) {
        this.servers = servers;
    }

    /** All that matters for publishing. */
    List<ShardStaging> observe(Begun begun) {
        return onEveryShard(begun, this::staging);
    }

    /** Just which tables there are. */
    List<ShardStaging> observeTables(Begun begun) {
        return onEveryShard(
                begun,
                (host, spec) -> new ShardStaging.Known(
                        host,
                        servers.query(host, StagingStateSql.tables(spec)).stream()
                                .map(List::getFirst)
                                .toList(),
                        List.of(),
                        List.of(),
                        false,
                        new Memory(false)));
    }

    private ShardStaging staging(Host host, ImportSpec spec) {
        var local = servers.query(host, StagingStateSql.local(spec));
        var target = StagingStateSql.path(local, spec.target().name());
        if (target.isEmpty()) {
            return new ShardStaging.Unknown(
                    host, "it has no replicated table " + spec.target().name());
        }
        var fingerprints = StagingStateSql.path(local, spec.staging().fingerprints());
        // The fingerprints are read first: an entry that the table forgets in between is then missed on the safe side.
        var lastFingerprint = fingerprints
                .map(path -> Long.parseLong(servers.query(host, StagingStateSql.lastChange(path))
                        .getFirst()
                        .getFirst()))
                .orElse(0L);
        var taken = fingerprints
                .map(path -> servers.query(host, StagingStateSql.remembered(path)))
                .orElse(List.of());
        var remembered = servers.query(host, StagingStateSql.remembered(target.get()));
        return StagingStateSql.read(host, spec, local, remembered, taken, lastFingerprint);
    }

    private List<ShardStaging> onEveryShard(Begun begun, BiFunction<Host, ImportSpec, ShardStaging> look) {
        List<Future<ShardStaging>> looks;
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            looks = begun.spec().shards().stream()
                    .map(begun::host)
                    .map(host -> executor.submit(() -> lookAt(host, begun.spec(), look)))
                    .toList();
        }
        return looks.stream().map(Future::resultNow).toList();
    }

    private static ShardStaging lookAt(Host host, ImportSpec spec, BiFunction<Host, ImportSpec, ShardStaging> look) {
        try {
            return look.apply(host, spec);
        } catch (ClickHouseException e) {
            return new ShardStaging.Unknown(host, e.getMessage());
        }
    }
}
