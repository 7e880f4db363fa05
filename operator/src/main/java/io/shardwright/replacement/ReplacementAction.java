package io.shardwright.replacement;

import io.shardwright.clickhouse.Dialect;
import io.shardwright.holdings.HostContents.TableId;
import io.shardwright.holdings.Part;
import io.shardwright.holdings.Registration.RegisteredReplica;
import io.shardwright.plan.Action;
import io.shardwright.topology.Coordination;
import io.shardwright.topology.Host;
import java.util.List;

/** What the replacement reconciler does. */
sealed interface ReplacementAction extends Action {
    Host host();

    /** Lets a host into the Services: opens the readiness gate of its pod for the container that runs. */
    record Admit(Host host, String podUid, String container) implements ReplacementAction {
        @Override
        public String subject() {
            return "Pod/" + host.podName();
        }

        @Override
        public String describe() {
            return "put " + host.name() + " in service";
        }
    }

    /**
     * Keeps a host out of the Services: closes the readiness gate of its pod.
     *
     * @param podVersion as it was looked at: one that was let in meanwhile stays in
     */
    record Fence(Host host, String podUid, String podVersion, String why) implements ReplacementAction {
        @Override
        public String subject() {
            return "Pod/" + host.podName();
        }

        @Override
        public String describe() {
            return "take " + host.name() + " out of service (" + why + ")";
        }
    }

    /** Makes what a host's peers have. */
    sealed interface Restore extends ReplacementAction {
        /** What is made. */
        String object();

        @Override
        default String subject() {
            return host().name() + " " + object();
        }
    }

    /** @param engine with its arguments */
    record CreateDatabase(Host host, String database, String engine) implements Restore {
        @Override
        public String object() {
            return database;
        }

        @Override
        public String describe() {
            return "create database " + database + " on " + host.name() + " as its peers have it";
        }
    }

    /** @param sql the peers' statement, so said that it makes what is missing and nothing else */
    record RestoreTable(Host host, TableId table, String sql) implements Restore {
        @Override
        public String object() {
            return table.toString();
        }

        @Override
        public String describe() {
            return "restore " + table + " on " + host.name() + " as its peers have it";
        }
    }

    record CreateFunction(Host host, String function, String sql) implements Restore {
        @Override
        public String object() {
            return function + "()";
        }

        @Override
        public String describe() {
            return "create function " + function + " on " + host.name() + " as its peers have it";
        }
    }

    /**
     * Has a host begin no fetch; what it is fetching it fetches to its end.
     *
     * @param podVersion as it was looked at: one that was let in meanwhile is left alone
     */
    record StopQueues(Host host, String podUid, String podVersion) implements ReplacementAction {
        @Override
        public String subject() {
            return "queues of " + host.name();
        }

        @Override
        public String describe() {
            return "stop the replication queues of " + host.name();
        }

        @Override
        public boolean isRoutine() {
            return true;
        }
    }

    record StartQueues(Host host) implements ReplacementAction {
        @Override
        public String subject() {
            return "queues of " + host.name();
        }

        @Override
        public String describe() {
            return "start the replication queues of " + host.name();
        }

        @Override
        public boolean isRoutine() {
            return true;
        }
    }

    /** Has the coordination forget a replica that is not active, where servers know how. @param via any other server */
    record DropReplica(Host host, RegisteredReplica replica, Host via, Dialect dialect) implements ReplacementAction {
        @Override
        public String subject() {
            return host.name() + " " + replica.path();
        }

        @Override
        public String describe() {
            return "forget the replica " + replica.name() + " of " + replica.path();
        }
    }

    /** The same where they don't: its own znodes go, and no other. */
    record ForgetReplica(Host host, RegisteredReplica replica, Coordination coordination) implements ReplacementAction {
        @Override
        public String subject() {
            return host.name() + " " + replica.path();
        }

        @Override
        public String describe() {
            return "forget the replica " + replica.name() + " of " + replica.path();
        }
    }

    /**
     * Lets rows be inserted again that were lost: servers take what the coordination remembers for a repetition.
     *
     * @param tablePath of their table
     * @param lost the parts that had them
     */
    record ForgetBlocks(Host host, String tablePath, List<Part> lost, Coordination coordination)
            implements ReplacementAction {
        public ForgetBlocks {
            lost = List.copyOf(lost);
        }

        @Override
        public String subject() {
            return host.name() + " " + tablePath;
        }

        @Override
        public String describe() {
            return "forget the blocks of " + lost.size() + " lost parts of " + tablePath;
        }
    }

    /** Gives a host's volume up. @param uid of the claim that was looked at: never another one's */
    record DeleteClaim(Host host, String uid) implements ReplacementAction {
        @Override
        public String subject() {
            return host.name();
        }

        @Override
        public String describe() {
            return "give up the volume of " + host.name();
        }
    }

    /** @param force for a pod of a node that cannot say that it has ended */
    record DeletePod(Host host, String uid, boolean force) implements ReplacementAction {
        @Override
        public String subject() {
            return host.name();
        }

        @Override
        public String describe() {
            return "replace the pod of " + host.name();
        }
    }
}
