package io.shardwright.topology;

import java.util.List;

/**
 * What stands of a cluster, whether or not the rest of its spec is accepted.
 *
 * @param layout the hosts that the cluster has
 * @param leaving hosts and shards of the layout that leave it
 * @param version as the user wrote it, e.g. 18.16.1
 * @param storage of each host
 */
public record Standing(Layout layout, Leaving leaving, String version, Storage storage) {
    /** The hosts that hold tables, or shall: all but those whose tables are being dropped. */
    public List<Host> hostsWithTables() {
        return layout.hosts().stream().filter(host -> !leaving.isGoing(host)).toList();
    }
}
