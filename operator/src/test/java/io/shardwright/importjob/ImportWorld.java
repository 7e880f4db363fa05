package io.shardwright.importjob;

import io.shardwright.clickhouse.Dialect;
import io.shardwright.crds.ImportCompression;
import io.shardwright.crds.ImportFormat;
import io.shardwright.crds.ImportPhase;
import io.shardwright.importjob.ImportObserved.Begun;
import io.shardwright.importjob.ImportObserved.Memory;
import io.shardwright.importjob.ImportObserved.Partition;
import io.shardwright.importjob.ImportObserved.Publication;
import io.shardwright.importjob.ImportObserved.ShardStaging;
import io.shardwright.importjob.ImportObserved.Target;
import io.shardwright.importjob.ImportObserved.Worker;
import io.shardwright.importspec.ImportSpec;
import io.shardwright.importspec.StagingNames;
import io.shardwright.importspec.TargetTable;
import io.shardwright.importspec.WorkerReport;
import io.shardwright.testing.Seeds;
import io.shardwright.topology.ClusterRef;
import io.shardwright.topology.Host;
import io.shardwright.topology.Owners;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;

/**
 * Shards of a table as an import sees them: staging, fingerprints, rows that were attached, and what the table remembers of
 * it. Statements may run late, hosts may be away, others insert, and the worker may have to run again.
 */
final class ImportWorld {
    static final int WINDOW = 100;

    private final Random random;
    private final List<Shard> shards = new ArrayList<>();
    private final List<Runnable> late = new ArrayList<>();
    private final StagingNames names = new StagingNames("sim");
    private final boolean believesItsMemory;
    private int attempt;
    private boolean hasJob;
    private boolean isWorkerAlive;
    private long now;
    private boolean flooded;

    /** @param believesItsMemory the mutant: as if the table never forgot anything */
    ImportWorld(long seed, boolean believesItsMemory) {
        this.random = Seeds.random(seed);
        this.believesItsMemory = believesItsMemory;
        IntStream.range(0, 1 + random.nextInt(3)).forEach(index -> shards.add(new Shard(index)));
    }

    static final class Shard {
        private final int index;
        private final Set<String> tables = new TreeSet<>();
        private final TreeMap<String, Integer> written = new TreeMap<>();
        private final TreeMap<String, Integer> staged = new TreeMap<>();
        private final TreeMap<String, String> fingerprints = new TreeMap<>();
        private final TreeMap<Long, String> remembered = new TreeMap<>();
        private final Set<String> whatIsRemembered = new HashSet<>();
        private final TreeMap<String, Integer> attached = new TreeMap<>();
        private long lastFingerprint;
        private boolean isAway;

        private Shard(int index) {
            this.index = index;
        }

        private void remember(long when, String what) {
            remembered.put(when, what);
            whatIsRemembered.add(what);
            while (remembered.size() > WINDOW) {
                whatIsRemembered.remove(remembered.pollFirstEntry().getValue());
            }
        }
    }

    List<Integer> attachedCounts() {
        return shards.stream()
                .flatMap(shard -> shard.attached.values().stream())
                .toList();
    }

    /** Every partition that the worker wrote was attached. */
    boolean isWhole() {
        return shards.stream().allMatch(shard -> shard.attached.keySet().equals(shard.written.keySet()));
    }

    boolean hasStaging() {
        return shards.stream().anyMatch(shard -> !shard.tables.isEmpty());
    }

    /** Another import with the same rows, or some of them, was here before. */
    void publishSomeRowsBefore() {
        hasJob = true;
        write();
        shards.forEach(shard ->
                shard.written.keySet().forEach(partition -> shard.remember(++now, partition + "/" + shard.index)));
    }

    /** What happens by itself: others insert, hosts go and come back, statements that were on their way arrive. */
    void live() {
        for (var shard : shards) {
            if (random.nextInt(12) == 0) {
                flooded = true;
                IntStream.range(0, 1 + random.nextInt(2 * WINDOW)).forEach(i -> shard.remember(++now, "other" + now));
            }
            if (random.nextInt(10) == 0) {
                shard.isAway = !shard.isAway;
            }
        }
        if (!late.isEmpty() && random.nextBoolean()) {
            late.removeFirst().run();
        }
    }

    void heal() {
        shards.forEach(shard -> shard.isAway = false);
        late.forEach(Runnable::run);
        late.clear();
    }

    /** A worker was started a moment ago, and has not come to create its tables yet. */
    void startWorker() {
        hasJob = true;
        isWorkerAlive = true;
        attempt++;
    }

    /** The worker does what it was about to, or ends because its Job is gone. */
    void liveOnOfWorker() {
        if (isWorkerAlive && random.nextBoolean()) {
            write();
        }
        if (isWorkerAlive && !hasJob && random.nextInt(4) == 0) {
            isWorkerAlive = false;
        }
    }

    boolean wasFlooded() {
        return flooded;
    }

    /** @return false when the statement's outcome is not known */
    boolean execute(ImportAction action) {
        return switch (action) {
            case ImportAction.CreateObject create -> {
                hasJob = true;
                attempt++;
                write();
                yield true;
            }
            case ImportAction.DeleteWorker delete -> {
                hasJob = false;
                yield true;
            }
            case ImportAction.OnHost onHost -> {
                var shard = shards.get(onHost.host().shard());
                if (shard.isAway) {
                    yield false;
                }
                if (random.nextInt(15) == 0) {
                    late.add(() -> run(onHost, shard));
                    yield false;
                }
                run(onHost, shard);
                yield random.nextInt(15) != 0;
            }
        };
    }

    private void write() {
        for (var shard : shards) {
            shard.tables.add(names.attempt("a" + attempt));
            if (shard.written.isEmpty()) {
                IntStream.range(0, random.nextInt(15))
                        .forEach(partition -> shard.written.put("p" + partition, 1 + random.nextInt(3)));
            }
        }
    }

    private void run(ImportAction.OnHost action, Shard shard) {
        switch (action) {
            case ImportAction.AdoptStaging adopt -> {
                if (shard.tables.remove(names.attempt(adopt.attempt()))) {
                    shard.tables.add(names.complete());
                    shard.staged.putAll(shard.written);
                }
            }
            case ImportAction.MergePartition merge ->
                shard.staged.computeIfPresent(merge.partition(), (id, parts) -> 1);
            case ImportAction.CreateFingerprints create -> shard.tables.add(names.fingerprints());
            case ImportAction.TakeFingerprint take -> {
                if (shard.staged.containsKey(take.partition()) && shard.tables.contains(names.fingerprints())) {
                    shard.fingerprints.putIfAbsent(take.partition(), take.partition() + "/" + shard.index);
                    shard.lastFingerprint = ++now;
                }
            }
            case ImportAction.PublishPartition publish -> attach(publish.partition(), shard);
            case ImportAction.DropStagedPartition drop -> shard.staged.remove(drop.partition());
            case ImportAction.ForgetFingerprint forget -> {
                shard.fingerprints.remove(forget.partition());
                shard.lastFingerprint = ++now;
            }
            case ImportAction.DropStagingTable drop -> {
                shard.tables.remove(drop.table());
                if (drop.table().equals(names.complete())) {
                    shard.staged.clear();
                }
                if (drop.table().equals(names.fingerprints())) {
                    shard.fingerprints.clear();
                    shard.lastFingerprint = 0;
                }
            }
        }
    }

    private void attach(String partition, Shard shard) {
        var fingerprint = partition + "/" + shard.index;
        if (shard.staged.containsKey(partition) && !shard.whatIsRemembered.contains(fingerprint)) {
            shard.remember(++now, fingerprint);
            shard.attached.merge(partition, 1, Integer::sum);
        }
    }

    ImportObserved observe(ImportPhase phase) {
        var begun = new Begun(spec(), cluster(), Dialect.of("18.16.1"), List.of(), false);
        return new ImportObserved(
                phase,
                false,
                new Target.NotAsked(),
                Optional.of(begun),
                worker(),
                shards.stream().map(this::observe).toList(),
                Optional.empty());
    }

    private Worker worker() {
        if (isWorkerAlive) {
            return hasJob
                    ? new Worker.Running(Optional.empty(), Optional.empty())
                    : new Worker.Ending(List.of("worker"));
        }
        return hasJob ? new Worker.Done(report()) : new Worker.Absent();
    }

    private ShardStaging observe(Shard shard) {
        var host = new Host(cluster(), shard.index, 0);
        if (shard.isAway) {
            return new ShardStaging.Unknown(host, "away");
        }
        var partitions = shard.staged.entrySet().stream()
                .map(staged -> {
                    var fingerprint = Optional.ofNullable(shard.fingerprints.get(staged.getKey()));
                    return new Partition(
                            staged.getKey(),
                            staged.getValue(),
                            1,
                            fingerprint,
                            fingerprint.filter(shard.whatIsRemembered::contains).isPresent()
                                    ? Publication.VISIBLE
                                    : Publication.NOT_REMEMBERED);
                })
                .toList();
        boolean reachesBack = believesItsMemory
                || shard.remembered.size() < WINDOW
                || shard.remembered.firstKey() < shard.lastFingerprint;
        return new ShardStaging.Known(
                host,
                List.copyOf(shard.tables),
                partitions,
                shard.fingerprints.keySet().stream()
                        .filter(partition -> !shard.staged.containsKey(partition))
                        .toList(),
                !late.isEmpty(),
                new Memory(reachesBack));
    }

    private WorkerReport report() {
        return new WorkerReport(
                "a" + attempt,
                shards.stream().map(shard -> (long) shard.written.size()).toList(),
                0,
                null);
    }

    private static ClusterRef cluster() {
        return new ClusterRef("ns", "c", "cluster.local");
    }

    ImportIntent intent() {
        return new ImportIntent(
                "ns",
                "sim",
                Owners.of("ImportJob", "sim", "uid"),
                names,
                "t",
                List.of("http://files/f"),
                ImportFormat.CSV,
                ImportCompression.None,
                List.of(),
                Optional.empty(),
                0);
    }

    private ImportSpec spec() {
        return new ImportSpec(
                names,
                new TargetTable("db", "t", List.of(), "", "k", "k", "", Map.of()),
                null,
                shards.stream()
                        .map(shard -> new ImportSpec.Shard(shard.index, "c-" + shard.index + "-0", "http://h"))
                        .toList(),
                "u",
                List.of(),
                ImportFormat.CSV,
                ImportCompression.None,
                List.of(),
                null);
    }
}
