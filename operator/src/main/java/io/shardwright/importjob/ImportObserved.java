package io.shardwright.importjob;

import io.fabric8.kubernetes.api.model.LocalObjectReference;
import io.shardwright.clickhouse.Dialect;
import io.shardwright.crds.ImportFailure;
import io.shardwright.crds.ImportPhase;
import io.shardwright.importspec.ImportSpec;
import io.shardwright.importspec.WorkerProgress;
import io.shardwright.importspec.WorkerReport;
import io.shardwright.plan.HoldReason;
import io.shardwright.topology.ClusterRef;
import io.shardwright.topology.Host;
import java.util.List;
import java.util.Optional;

/**
 * What stands of an import.
 *
 * @param phase the one that is written in status, and none that was decided since
 * @param isTidy nothing is left to remove, as status says
 * @param target what is known of the table as long as the specification is not written
 * @param begun the specification, once it is written
 * @param shards the staging of each shard, by index; empty when it was of no interest
 * @param publisher who attaches partitions to the same table now, or drops them, e.g. import x
 */
record ImportObserved(
        ImportPhase phase,
        boolean isTidy,
        Target target,
        Optional<Begun> begun,
        Worker worker,
        List<ShardStaging> shards,
        Optional<String> publisher) {
    ImportObserved {
        shards = List.copyOf(shards);
    }

    /** The table that the rows go to, and the cluster that it is in. */
    sealed interface Target {
        /** @param spec all that a worker needs to know */
        record Ready(ClusterRef cluster, ImportSpec spec) implements Target {}

        /** @param subject what is waited for */
        record NotReady(HoldReason reason, String subject, String message) implements Target {}

        /** It was not looked at: the specification is written. */
        record NotAsked() implements Target {}
    }

    /**
     * An import whose specification is written, and does not change any more.
     *
     * @param imagePullSecrets of the cluster's pods
     * @param clusterGone the cluster does not exist or is being deleted, and the staging tables with it
     */
    record Begun(
            ImportSpec spec,
            ClusterRef cluster,
            Dialect dialect,
            List<LocalObjectReference> imagePullSecrets,
            boolean clusterGone) {
        public Begun {
            imagePullSecrets = List.copyOf(imagePullSecrets);
        }

        Host host(ImportSpec.Shard shard) {
            var replica = shard.host().substring(shard.host().lastIndexOf('-') + 1);
            return new Host(cluster, shard.shard(), Integer.parseInt(replica));
        }
    }

    /** The Job and its pods. */
    sealed interface Worker {
        record Absent() implements Worker {}

        /**
         * Its Job is gone or going, and it may still write.
         *
         * @param pods that have not ended
         */
        record Ending(List<String> pods) implements Worker {
            public Ending {
                pods = List.copyOf(pods);
            }
        }

        /**
         * @param trouble why it does not get on, e.g. that its image cannot be pulled
         */
        record Running(Optional<WorkerProgress> progress, Optional<String> trouble) implements Worker {}

        record Done(WorkerReport report) implements Worker {}

        record Failed(ImportFailure failure) implements Worker {}

        /** It ended well, but its report is lost: which table holds the rows, and how many, is not known. */
        record ReportLost() implements Worker {}
    }

    /** The staging tables of one shard. */
    sealed interface ShardStaging {
        Host host();

        /** The host did not say; nothing is known. */
        record Unknown(Host host, String message) implements ShardStaging {}

        /**
         * @param tables names of all tables of the import, of all its attempts
         * @param partitions what the complete table holds, by partition
         * @param spentFingerprints partitions whose fingerprint was taken and that are not staged any more
         * @param isBusy a statement about these tables is running
         */
        record Known(
                Host host,
                List<String> tables,
                List<Partition> partitions,
                List<String> spentFingerprints,
                boolean isBusy,
                Memory memory)
                implements ShardStaging {
            public Known {
                tables = List.copyOf(tables);
                partitions = List.copyOf(partitions);
                spentFingerprints = List.copyOf(spentFingerprints);
            }

            long rows() {
                return partitions.stream().mapToLong(Partition::rows).sum();
            }
        }
    }

    /**
     * A partition that is staged.
     *
     * @param fingerprint of its only part, once it was taken
     */
    record Partition(String id, int parts, long rows, Optional<String> fingerprint, Publication publication) {}

    /** Whether the table has a partition's rows already. */
    enum Publication {
        /** Its fingerprint is not among those that the table remembers. */
        NOT_REMEMBERED,
        /** Its fingerprint is remembered, but the part that it came with is not to be seen. */
        REMEMBERED,
        /** Its fingerprint is remembered, and a part with its rows stands. */
        VISIBLE
    }

    /**
     * What the table remembers of what was attached and inserted. Only so many entries are kept, the oldest go first.
     *
     * @param reachesBack something is remembered from before the newest fingerprint was taken, or nothing was forgotten yet:
     *     so what was attached since would be remembered
     */
    record Memory(boolean reachesBack) {}
}
