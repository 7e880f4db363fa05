package io.shardwright.rebalance;

import io.shardwright.plan.Action;
import io.shardwright.topology.Host;
import java.util.List;

/** What the rebalance reconciler does, all of it on servers. */
sealed interface RebalanceAction extends Action {
    Move move();

    @Override
    default String subject() {
        return move().describe();
    }

    /**
     * Copies the partition from the source shard into the staging table of every replica, from scratch.
     *
     * @param source a replica of the source
     * @param host the replica that fetches
     * @param replicas all of the target shard
     */
    record CopyPartition(Move move, Host source, Host host, List<Host> replicas) implements RebalanceAction {
        public CopyPartition {
            replicas = List.copyOf(replicas);
        }

        @Override
        public String describe() {
            return "copy " + move.describe();
        }
    }

    /** Keeps a replica from carrying out what its queue holds. Readers and writers notice nothing. */
    record StopQueue(Move move, Host host) implements RebalanceAction {
        @Override
        public String describe() {
            return "stop the replication queue of " + move.table().table() + " on " + host.name();
        }
    }

    /** Puts the partition's drop into the queues of all replicas, which are stopped. Irreversible. */
    record QueueDrop(Move move, Host host) implements RebalanceAction {
        @Override
        public String describe() {
            return "queue the drop of " + move.describe() + " on " + host.name();
        }
    }

    /** Writes the rows of a part once more, above the blocks that the drop takes. */
    record RescuePart(Move move, Host host, String part) implements RebalanceAction {
        @Override
        public String describe() {
            return "rescue part " + part + " on " + host.name() + ", written while " + move.describe() + " was moved";
        }
    }

    /** Makes the copy visible on every replica of the target. */
    record AttachPartition(Move move, Host host) implements RebalanceAction {
        @Override
        public String describe() {
            return "attach " + move.describe() + " on " + host.name();
        }
    }

    /** Makes sure that readers see what was attached on each of these replicas, or fails. */
    record AwaitVisible(Move move, List<Host> hosts) implements RebalanceAction {
        public AwaitVisible {
            hosts = List.copyOf(hosts);
        }

        @Override
        public String describe() {
            return "wait until " + move.describe() + " is visible";
        }
    }

    /** Lets a replica carry out what its queue holds, the partition's drop first. */
    record StartQueue(Move move, Host host) implements RebalanceAction {
        @Override
        public String describe() {
            return "start the replication queue of " + move.table().table() + " on " + host.name();
        }
    }

    /** Removes the tables of the move from a replica. */
    record DropMoveTables(Move move, Host host) implements RebalanceAction {
        @Override
        public String describe() {
            return "drop the tables of the move of " + move.describe() + " on " + host.name();
        }
    }
}
