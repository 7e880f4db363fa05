package io.shardwright.importjob;

import io.shardwright.crds.ImportPhase;
import io.shardwright.importjob.ImportObserved.Partition;
import io.shardwright.importjob.ImportObserved.Publication;
import io.shardwright.importjob.ImportObserved.ShardStaging;
import io.shardwright.importspec.ImportSpec;
import io.shardwright.plan.Hold;
import io.shardwright.plan.HoldReason;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Publishes what is staged, shard by shard and partition by partition: attach, look, drop from staging.
 *
 * <p>A partition that is not staged any more is published. One that is staged and remembered by the table is published too,
 * and is dropped from staging once its rows are seen. One that is staged and not remembered is attached, if the table's memory
 * reaches back far enough that it would be remembered had it been attached before. If not, it is not known, and a user must look:
 * attaching it might double its rows, dropping it might lose them.
 *
 * <p>How far the memory must reach back is told by the newest change of the fingerprints. Spent fingerprints are dropped between
 * two batches, when everything attached so far was seen and dropped from staging, so that it is never more than a batch. Were
 * they dropped any earlier, a partition whose entry is older than that change could be forgotten without a trace.
 */
final class PublishPlanner {
    /** Attached in one go, far fewer than a table remembers. */
    private static final int BATCH = 8;

    private PublishPlanner() {}

    static ImportDecision plan(ImportSpec spec, List<ShardStaging> shards) {
        var actions = new ArrayList<ImportAction>();
        var holds = new ArrayList<>(ImportPlanner.unreachable(shards));
        var known = ImportPlanner.known(shards);
        for (var shard : known) {
            if (!shard.tables().contains(spec.staging().complete())) {
                holds.add(stagingIsGone(shard, spec));
            } else if (!shard.isBusy()) {
                plan(shard, spec, actions, holds);
            }
        }
        boolean isDone = holds.isEmpty()
                && actions.isEmpty()
                && known.stream().allMatch(shard -> shard.partitions().isEmpty() && !shard.isBusy());
        return ImportDecision.of(isDone ? ImportPhase.Succeeded : ImportPhase.Publishing, actions, holds);
    }

    private static void plan(ShardStaging.Known shard, ImportSpec spec, List<ImportAction> actions, List<Hold> holds) {
        var open = shard.partitions().stream()
                .filter(partition -> partition.publication() == Publication.NOT_REMEMBERED)
                .toList();
        var undecidable = open.stream()
                .filter(partition -> !memoryTellsIfAttached(shard, partition))
                .findFirst();
        if (undecidable.isPresent()) {
            holds.add(undecidable(shard, spec, undecidable.get()));
            return;
        }
        invisible(shard).ifPresent(holds::add);
        var names = spec.staging();
        var database = spec.target().database();
        var published = shard.partitions().stream()
                .filter(PublishPlanner::rowsAreInTheTable)
                .toList();
        published.forEach(partition ->
                actions.add(new ImportAction.DropStagedPartition(shard.host(), database, names, partition.id())));
        if (!published.isEmpty() || open.isEmpty()) {
            return;
        }
        shard.spentFingerprints()
                .forEach(partition ->
                        actions.add(new ImportAction.ForgetFingerprint(shard.host(), database, names, partition)));
        open.stream()
                .limit(BATCH)
                .forEach(partition -> actions.add(new ImportAction.PublishPartition(
                        shard.host(), database, spec.target().name(), names, partition.id())));
    }

    /** Safety: a staged copy is dropped only when its rows were seen in the table. */
    private static boolean rowsAreInTheTable(Partition partition) {
        return partition.publication() == Publication.VISIBLE;
    }

    /** Safety: what was perhaps attached before is attached again only if the table would know. */
    private static boolean memoryTellsIfAttached(ShardStaging.Known shard, Partition partition) {
        return partition.fingerprint().isPresent() && shard.memory().reachesBack();
    }

    private static Hold undecidable(ShardStaging.Known shard, ImportSpec spec, Partition partition) {
        return new Hold(
                HoldReason.RowsAlreadyPresent,
                shard.host().name(),
                "so much was inserted meanwhile that " + spec.target().name()
                        + " does not remember whether it took partition " + partition.id() + " (" + partition.rows()
                        + " rows) from " + spec.staging().complete() + ": look, attach it if they are missing, drop it"
                        + " there, and the import goes on");
    }

    private static Hold stagingIsGone(ShardStaging.Known shard, ImportSpec spec) {
        return new Hold(
                HoldReason.RowsAlreadyPresent,
                shard.host().name(),
                "the staging table " + spec.staging().complete() + " is gone while it was being published, so it cannot"
                        + " be told which rows are in " + spec.target().name()
                        + "; count them, then delete this ImportJob");
    }

    private static Optional<Hold> invisible(ShardStaging.Known shard) {
        return shard.partitions().stream()
                .filter(partition -> partition.publication() == Publication.REMEMBERED)
                .findFirst()
                .map(partition -> new Hold(
                        HoldReason.HostUnreachable,
                        shard.host().name(),
                        "partition " + partition.id()
                                + " was published, but its rows are not to be seen yet; waits for the replica"));
    }
}
