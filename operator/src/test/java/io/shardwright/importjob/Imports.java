package io.shardwright.importjob;

import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.shardwright.clickhouse.Dialect;
import io.shardwright.crds.HttpSourceSpec;
import io.shardwright.crds.ImportCompression;
import io.shardwright.crds.ImportFormat;
import io.shardwright.crds.ImportJob;
import io.shardwright.crds.ImportJobSpec;
import io.shardwright.crds.ImportPhase;
import io.shardwright.crds.ImportSourceSpec;
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
import io.shardwright.topology.ClusterRef;
import io.shardwright.topology.Host;
import io.shardwright.topology.Owners;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** An import of two shards, in the states that tests need. */
final class Imports {
    static final StagingNames NAMES = new StagingNames("abc");
    static final ClusterRef CLUSTER = new ClusterRef("flights", "flights", "cluster.local");
    static final Host FIRST = new Host(CLUSTER, 0, 0);
    static final Host SECOND = new Host(CLUSTER, 1, 0);
    static final String URL = "http://files/flights.csv";
    static final ImportIntent INTENT = new ImportIntent(
            "flights",
            "year",
            Owners.of("ImportJob", "year", "uid"),
            NAMES,
            "flights",
            List.of(URL),
            ImportFormat.CSVWithNames,
            ImportCompression.Auto,
            List.of(),
            Optional.empty(),
            2);
    static final WorkerReport REPORT = new WorkerReport("x7k2p", List.of(10L, 20L), 300, null);

    private Imports() {}

    static ImportSpec spec() {
        return spec(Map.of());
    }

    /** @param settings of the table */
    static ImportSpec spec(Map<String, String> settings) {
        return new ImportSpec(
                NAMES,
                new TargetTable("nyc", "flights", List.of(), "month", "k", "k", "", settings),
                null,
                List.of(
                        new ImportSpec.Shard(0, FIRST.name(), "http://first"),
                        new ImportSpec.Shard(1, SECOND.name(), "http://second")),
                "shardwright",
                List.of(URL),
                ImportFormat.CSVWithNames,
                ImportCompression.Auto,
                List.of(),
                null);
    }

    static Begun begun() {
        return new Begun(spec(), CLUSTER, Dialect.of("18.16.1"), List.of(), false);
    }

    static Begun withoutCluster() {
        return new Begun(spec(), CLUSTER, Dialect.of("18.16.1"), List.of(), true);
    }

    static ImportObserved observed(ImportPhase phase, Worker worker, ShardStaging... shards) {
        return observed(phase, Optional.of(begun()), worker, shards);
    }

    static ImportObserved observed(ImportPhase phase, Optional<Begun> begun, Worker worker, ShardStaging... shards) {
        return new ImportObserved(
                phase, false, new Target.NotAsked(), begun, worker, List.of(shards), Optional.empty());
    }

    static ImportObserved waitingFor(Target target) {
        return new ImportObserved(
                ImportPhase.Pending, false, target, Optional.empty(), new Worker.Absent(), List.of(), Optional.empty());
    }

    /** A shard with these tables and nothing in them. */
    static ShardStaging.Known tables(Host host, String... tables) {
        return new ShardStaging.Known(host, List.of(tables), List.of(), List.of(), false, new Memory(true));
    }

    /** A shard with all rows in one table, and its fingerprints beside it. */
    static ShardStaging.Known staged(Host host, Partition... partitions) {
        return new ShardStaging.Known(
                host,
                List.of(NAMES.complete(), NAMES.fingerprints()),
                List.of(partitions),
                List.of(),
                false,
                new Memory(true));
    }

    static ShardStaging.Unknown silent(Host host) {
        return new ShardStaging.Unknown(host, "Connection refused");
    }

    /** One part, with its fingerprint. */
    static Partition partition(String id, long rows, Publication publication) {
        return new Partition(id, 1, rows, Optional.of(id + "_replace_from_1"), publication);
    }

    static Partition parts(String id, int parts, long rows) {
        return new Partition(id, parts, rows, Optional.empty(), Publication.NOT_REMEMBERED);
    }

    static ImportJob resource(String url, String... columns) {
        var job = new ImportJob();
        job.setMetadata(new ObjectMetaBuilder()
                .withNamespace("flights")
                .withName("year")
                .withUid("0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0")
                .withGeneration(1L)
                .build());
        job.setSpec(new ImportJobSpec(
                "flights",
                new ImportSourceSpec(
                        new HttpSourceSpec(List.of(url)),
                        ImportFormat.CSV,
                        null,
                        null,
                        columns.length == 0 ? null : List.of(columns)),
                null));
        return job;
    }
}
