package io.shardwright.serverconfig;

import io.shardwright.kube.Hashes;
import java.util.Collection;

/**
 * Which servers a remote_servers lists, told in brief: a cluster may have thousands.
 *
 * @param hash of their names
 */
public record ListedServers(int count, String hash) {
    /** @param names under which the servers are listed, in any order */
    public static ListedServers of(Collection<String> names) {
        var distinct = names.stream().distinct().sorted().toList();
        return new ListedServers(distinct.size(), Hashes.of(String.join(",", distinct)));
    }
}
