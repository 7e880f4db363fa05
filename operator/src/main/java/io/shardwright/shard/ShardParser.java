package io.shardwright.shard;

import io.shardwright.crds.ClickHouseCluster;
import io.shardwright.crds.Shard;
import io.shardwright.plan.Parsed;
import io.shardwright.serverconfig.ListedServers;
import io.shardwright.topology.ClusterIntent;
import io.shardwright.topology.ClusterParser;
import io.shardwright.topology.Host;
import java.util.Optional;

/** Turns a Shard and its cluster into an intent. */
final class ShardParser {
    private ShardParser() {}

    static Parsed<ShardIntent> parse(Shard shard, Optional<ClickHouseCluster> cluster, String dnsDomain) {
        return cluster.map(resource -> ClusterParser.parse(resource, dnsDomain))
                .<Parsed<ShardIntent>>map(parsed -> switch (parsed) {
                    case Parsed.Accepted<ClusterIntent> accepted -> accept(shard, accepted.intent());
                    case Parsed.Rejected<ClusterIntent> rejected ->
                        new Parsed.Rejected<>("its ClickHouseCluster is not accepted: " + rejected.message());
                })
                .orElseGet(() -> new Parsed.Rejected<>("there is no ClickHouseCluster "
                        + shard.getSpec().cluster()
                        + " in this namespace: Shards are made by their cluster, delete this"
                        + " one"));
    }

    private static Parsed<ShardIntent> accept(Shard shard, ClusterIntent cluster) {
        var spec = shard.getSpec();
        if (!cluster.ref().shardName(spec.index()).equals(shard.getMetadata().getName())) {
            return new Parsed.Rejected<>("the shard of index " + spec.index() + " is called "
                    + cluster.ref().shardName(spec.index()) + ": Shards are made by their cluster, delete this one");
        }
        return new Parsed.Accepted<>(new ShardIntent(
                cluster,
                shard.getMetadata().getUid(),
                spec.index(),
                spec.members().stream()
                        .sorted()
                        .map(replica -> new Host(cluster.ref(), spec.index(), replica))
                        .toList(),
                new ListedServers(spec.servers(), spec.serversHash()),
                spec.configHash()));
    }
}
