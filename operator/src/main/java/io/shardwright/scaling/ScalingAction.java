package io.shardwright.scaling;

import io.shardwright.plan.Action;
import io.shardwright.topology.Host;
import java.util.SortedSet;

/** What the scaling reconciler does besides telling others, through the status, who leaves. */
sealed interface ScalingAction extends Action {
    /** Drops a table, and its replica's metadata, on a host that nobody uses any more. */
    record DropTable(Host host, ScalingObserved.Table table) implements ScalingAction {
        @Override
        public String subject() {
            return host.name();
        }

        @Override
        public String describe() {
            return "drop " + table.database() + "." + table.name() + " on " + host.name();
        }
    }

    /**
     * Makes the coordination forget a host that does not run any more.
     *
     * @param via a server that answers
     */
    record ForgetReplicas(Host host, Host via) implements ScalingAction {
        @Override
        public String subject() {
            return host.name();
        }

        @Override
        public String describe() {
            return "forget the replicas of " + host.name();
        }
    }

    /** @param drain indexes of the shards to empty; none to spread the data evenly */
    record CreateRebalance(String name, SortedSet<Integer> drain) implements ScalingAction {
        @Override
        public String subject() {
            return "Rebalance/" + name;
        }

        @Override
        public String describe() {
            return "create " + subject() + (drain.isEmpty() ? "" : " that empties shards " + drain);
        }
    }

    /** Moves that were begun end or are given up; nothing stays half moved. */
    record DeleteRebalance(String name) implements ScalingAction {
        @Override
        public String subject() {
            return "Rebalance/" + name;
        }

        @Override
        public String describe() {
            return "delete " + subject();
        }
    }
}
