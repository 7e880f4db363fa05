package io.shardwright.importjob;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.shardwright.clickhouse.Dialect;
import io.shardwright.importspec.StagingNames;
import io.shardwright.importspec.TargetTable;
import io.shardwright.kube.ObjectRef;
import io.shardwright.plan.Action;
import io.shardwright.topology.Host;

/** What the import reconciler does. */
sealed interface ImportAction extends Action {
    /** Makes an object of the worker, unless one of its name stands. */
    record CreateObject(HasMetadata object) implements ImportAction {
        @Override
        public String subject() {
            return "worker";
        }

        @Override
        public String describe() {
            return "create " + ObjectRef.of(object);
        }
    }

    /** Removes the worker's Job with its pods. */
    record DeleteWorker(HasMetadata job) implements ImportAction {
        @Override
        public String subject() {
            return "worker";
        }

        @Override
        public String describe() {
            return "delete " + ObjectRef.of(job);
        }
    }

    /** Something done to the staging tables on a host. */
    sealed interface OnHost extends ImportAction {
        Host host();

        @Override
        default String subject() {
            return host().name();
        }
    }

    /** Takes the table of the worker that ended well for the complete one. */
    record AdoptStaging(Host host, String database, String attempt, StagingNames names) implements OnHost {
        @Override
        public String describe() {
            return "take over " + names.attempt(attempt) + " on " + host.name();
        }
    }

    /** Makes one part of a partition's parts: a single part never changes any more, and neither does its fingerprint. */
    record MergePartition(Host host, String database, StagingNames names, String partition) implements OnHost {
        @Override
        public String describe() {
            return "merge staged partition " + partition + " on " + host.name();
        }
    }

    record CreateFingerprints(Host host, TargetTable target, StagingNames names) implements OnHost {
        @Override
        public String describe() {
            return "create " + names.fingerprints() + " on " + host.name();
        }
    }

    record TakeFingerprint(Host host, String database, StagingNames names, String partition) implements OnHost {
        @Override
        public String describe() {
            return "take the fingerprint of staged partition " + partition + " on " + host.name();
        }
    }

    /** Adds a partition's rows to the table. */
    record PublishPartition(Host host, String database, String table, StagingNames names, String partition)
            implements OnHost {
        @Override
        public String describe() {
            return "publish partition " + partition + " on " + host.name();
        }
    }

    /** Forgets a staged partition that is published. */
    record DropStagedPartition(Host host, String database, StagingNames names, String partition) implements OnHost {
        @Override
        public String describe() {
            return "drop staged partition " + partition + " on " + host.name();
        }
    }

    /** Drops the fingerprint of a partition that is not staged any more. */
    record ForgetFingerprint(Host host, String database, StagingNames names, String partition) implements OnHost {
        @Override
        public String describe() {
            return "drop the fingerprint of published partition " + partition + " on " + host.name();
        }
    }

    record DropStagingTable(Host host, Dialect dialect, String database, String table) implements OnHost {
        @Override
        public String describe() {
            return "drop " + table + " on " + host.name();
        }
    }
}
