package io.shardwright.e2e.harness;

import io.shardwright.crds.ReplacementPhase;
import io.shardwright.crds.ReplacementStatus;
import io.shardwright.crds.Shard;
import io.shardwright.crds.ShardStatus;
import io.shardwright.topology.Host;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/** What the Shards of a cluster tell of the replacement of their hosts, at the moment when they are asked. */
public final class ShardStatuses {
    private final Sandbox sandbox;
    private final String cluster;

    public ShardStatuses(Sandbox sandbox, String cluster) {
        this.sandbox = sandbox;
        this.cluster = cluster;
    }

    public Shard shard(int index) {
        return sandbox.client()
                .resources(Shard.class)
                .inNamespace(sandbox.namespace())
                .withName(cluster + "-" + index)
                .require();
    }

    public boolean isInService(Host host) {
        return all(host.shard(), ReplacementStatus::hosts)
                .anyMatch(told -> host.name().equals(told.name()) && told.phase() == ReplacementPhase.InService);
    }

    /** Whether the host was replaced that a user asked to be. */
    public boolean isDone(Host host) {
        return all(host.shard(), ReplacementStatus::requests)
                .anyMatch(request -> request.replica() == host.replica() && Boolean.TRUE.equals(request.done()));
    }

    /** Reasons. */
    public List<String> holdsOf(int shard) {
        return all(shard, ReplacementStatus::holds).map(hold -> hold.reason()).toList();
    }

    /** What was done, and what was verified before. */
    public List<String> historyOf(int shard) {
        return all(shard, ReplacementStatus::history)
                .map(line -> line.what() + ": " + line.verified())
                .toList();
    }

    private <T> Stream<T> all(int shard, Function<ReplacementStatus, List<T>> part) {
        return Optional.ofNullable(shard(shard).getStatus()).map(ShardStatus::replacement).map(part).stream()
                .flatMap(List::stream);
    }
}
