package io.shardwright.holdings;

import io.shardwright.holdings.Registration.RegisteredReplica;
import io.shardwright.keeper.Keeper;
import io.shardwright.topology.Coordination;
import java.util.List;

/** Has the coordination forget replicas that are gone, where servers don't know how: their own znodes go, and no others. */
public final class ReplicaForgetter {
    private final Keeper keeper;

    public ReplicaForgetter(Keeper keeper) {
        this.keeper = keeper;
    }

    /**
     * Its parts go first, and only those that were looked at: a server that was cut off may have added some since, and this
     * fails then. Once nothing can be put there, no server can add any more.
     *
     * @param replica as it was when others were found to have what it has
     * @throws io.shardwright.keeper.KeeperException when it has other parts by now, or nobody answers
     */
    public void forget(RegisteredReplica replica, Coordination coordination) {
        var znode = coordination.root() + replica.znode();
        keeper.deleteWith(
                coordination.endpoints(),
                znode + "/parts",
                replica.parts().stream().map(Part::name).toList());
        keeper.deleteTree(coordination.endpoints(), znode);
    }

    /** Rows of parts that are lost may be inserted again: what tells servers that they have them goes. */
    public void forgetBlocks(String tablePath, List<Part> lost, Coordination coordination) {
        var blocks = coordination.root() + tablePath + "/blocks";
        keeper.valuesBelow(coordination.endpoints(), blocks).forEach((block, part) -> {
            if (lost.stream().anyMatch(gone -> gone.covers(Part.of(part)))) {
                keeper.deleteTree(coordination.endpoints(), blocks + "/" + block);
            }
        });
    }
}
