package io.shardwright.cluster;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.shardwright.crds.ReplacementHostStatus;
import io.shardwright.crds.ReplacementPhase;
import io.shardwright.crds.Shard;
import io.shardwright.crds.ShardStatus;
import io.shardwright.kube.ObjectRef;
import io.shardwright.serverconfig.ConfigFiles;
import io.shardwright.serverconfig.MetrikaXml;
import io.shardwright.topology.ClusterIntent;
import io.shardwright.topology.Host;
import io.shardwright.topology.SharedObjects;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Which hosts remote_servers lists.
 *
 * <p>A Distributed query reads from any host that is listed. So a host joins the list when it is in service, and leaves it
 * when it may hold less than it should, though never as the last of its shard: fewer shards would be other sums. A host that
 * merely restarts stays: servers pass over one that does not answer.
 *
 * <p>A host is known to servers by a name that resolves as long as its Service stands, pod or not: a server that reads a
 * remote_servers with one name that does not resolve loses every cluster. In a cluster that does not exist yet all hosts are
 * listed: its servers are starting. Hosts that leave the cluster are not listed, nor are, for seconds, those that a Rebalance
 * changes while nobody reads them.
 */
final class RemoteServers {
    private RemoteServers() {}

    static Set<Host> listed(ClusterIntent intent, ClusterObserved observed) {
        var standing = metrika(intent, observed);
        var incomplete =
                hostsOf(observed, host -> host.phase() != null && host.phase().isIncomplete());
        if (standing.isEmpty()) {
            return wholeShards(intent, host -> !incomplete.contains(host.name()));
        }
        Predicate<Host> isListed = host -> MetrikaXml.lists(standing.get(), host);
        var inService = hostsOf(observed, host -> host.phase() == ReplacementPhase.InService);
        return intent.layout().shards().stream()
                .flatMap(shard -> {
                    var hosts = staying(intent, shard);
                    var serving = hosts.stream()
                            .filter(host -> isListed.test(host) && !incomplete.contains(host.name())
                                    || inService.contains(host.name()))
                            .toList();
                    return serving.isEmpty()
                            ? hosts.stream().filter(isListed)
                            : wanted(serving, observed.readFrom()).stream();
                })
                .collect(Collectors.toUnmodifiableSet());
    }

    private static List<Host> staying(ClusterIntent intent, int shard) {
        return intent.layout().hostsOf(shard).stream()
                .filter(host -> !intent.leaving().isFenced(host))
                .toList();
    }

    /** What a Rebalance wants read of a shard; if none of it serves, whatever does. */
    private static List<Host> wanted(List<Host> serving, Set<String> readFrom) {
        var wanted =
                serving.stream().filter(host -> readFrom.contains(host.name())).toList();
        return wanted.isEmpty() ? serving : wanted;
    }

    /** NEVER_UNLIST_A_SHARD. */
    private static Set<Host> wholeShards(ClusterIntent intent, Predicate<Host> isWanted) {
        return intent.layout().shards().stream()
                .map(shard -> staying(intent, shard))
                .map(hosts -> hosts.stream().anyMatch(isWanted)
                        ? hosts.stream().filter(isWanted).toList()
                        : hosts)
                .flatMap(Collection::stream)
                .collect(Collectors.toUnmodifiableSet());
    }

    private static Optional<String> metrika(ClusterIntent intent, ClusterObserved observed) {
        var ref = new ObjectRef("ConfigMap", intent.ref().namespace(), SharedObjects.configName(intent.ref()));
        return observed.objects().get(ref) instanceof ConfigMap config
                ? Optional.ofNullable(config.getData()).map(data -> data.get(ConfigFiles.METRIKA_XML))
                : Optional.empty();
    }

    private static Set<String> hostsOf(ClusterObserved observed, Predicate<ReplacementHostStatus> condition) {
        return statuses(observed)
                .map(ShardStatus::replacement)
                .filter(Objects::nonNull)
                .flatMap(replacement -> Stream.ofNullable(replacement.hosts()).flatMap(List::stream))
                .filter(condition)
                .map(ReplacementHostStatus::name)
                .collect(Collectors.toSet());
    }

    private static Stream<ShardStatus> statuses(ClusterObserved observed) {
        return observed.shards().stream().map(Shard::getStatus).filter(Objects::nonNull);
    }
}
