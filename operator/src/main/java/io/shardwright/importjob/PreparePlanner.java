package io.shardwright.importjob;

import io.shardwright.crds.ImportFailure;
import io.shardwright.importjob.ImportObserved.Begun;
import io.shardwright.importjob.ImportObserved.Partition;
import io.shardwright.importjob.ImportObserved.Publication;
import io.shardwright.importjob.ImportObserved.ShardStaging;
import io.shardwright.importspec.ImportSpec;
import io.shardwright.importspec.WorkerReport;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Makes what is staged ready to be published: one table, in it one part a partition, and the fingerprint of each.
 *
 * <p>A table remembers the fingerprints of what was attached to it, and takes nothing with the same fingerprint again, without
 * a word. That is what makes publishing safe to repeat, and why a fingerprint must not change between two attempts (a merge
 * would change it), and why rows that another import brought before must be noticed beforehand.
 */
final class PreparePlanner {
    private static final int SHOWN = 3;

    private PreparePlanner() {}

    /** What is to be done next on one shard; nothing when it is ready. */
    static List<ImportAction> plan(ShardStaging.Known shard, ImportSpec spec, WorkerReport report) {
        var names = spec.staging();
        var database = spec.target().database();
        if (shard.isBusy()) {
            return List.of();
        }
        if (!shard.tables().contains(names.complete())) {
            return List.of(new ImportAction.AdoptStaging(shard.host(), database, report.attempt(), names));
        }
        var actions = new ArrayList<ImportAction>();
        if (!shard.tables().contains(names.fingerprints())) {
            actions.add(new ImportAction.CreateFingerprints(shard.host(), spec.target(), names));
        }
        for (var partition : shard.partitions()) {
            if (partition.parts() > 1) {
                actions.add(new ImportAction.MergePartition(shard.host(), database, names, partition.id()));
            } else if (partition.fingerprint().isEmpty()) {
                actions.add(new ImportAction.TakeFingerprint(shard.host(), database, names, partition.id()));
            }
        }
        return actions;
    }

    /** Fingerprints that are older than all that the table remembers are taken anew: nothing was attached since. */
    static Optional<ImportAction> dropStaleFingerprints(ShardStaging.Known shard, Begun begun) {
        return shard.partitions().isEmpty() || shard.memory().reachesBack()
                ? Optional.empty()
                : Optional.of(new ImportAction.DropStagingTable(
                        shard.host(),
                        begun.dialect(),
                        begun.spec().target().database(),
                        begun.spec().staging().fingerprints()));
    }

    /** Nothing of this import is published yet, so whatever the table remembers came from elsewhere. */
    static Optional<ImportFailure> rowsAlreadyPresent(List<ShardStaging.Known> shards, ImportSpec spec) {
        var present = shards.stream()
                .flatMap(shard -> shard.partitions().stream()
                        .filter(partition -> partition.publication() != Publication.NOT_REMEMBERED)
                        .map(Partition::id))
                .distinct()
                .sorted()
                .toList();
        if (present.isEmpty()) {
            return Optional.empty();
        }
        var shown = present.stream().limit(SHOWN).collect(Collectors.joining(", "));
        return Optional.of(new ImportFailure(
                null,
                null,
                "the very same rows were published to " + spec.target().database() + "."
                        + spec.target().name() + " before, as partition " + shown
                        + (present.size() > SHOWN ? " and " + (present.size() - SHOWN) + " more" : "")
                        + ": an earlier import brought them, and ClickHouse would pass over them without a word. Not a"
                        + " row was added. If they are wanted once more, drop these partitions and import both files"
                        + " in one ImportJob"));
    }
}
