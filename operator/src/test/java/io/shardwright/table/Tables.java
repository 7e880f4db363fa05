package io.shardwright.table;

import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.shardwright.clickhouse.Dialect;
import io.shardwright.crds.ColumnSpec;
import io.shardwright.crds.DistributedSpec;
import io.shardwright.crds.Table;
import io.shardwright.crds.TableDeletionPolicy;
import io.shardwright.crds.TableSpec;
import io.shardwright.plan.Parsed;
import io.shardwright.table.TableObserved.ClusterState;
import io.shardwright.table.TableObserved.HostState;
import io.shardwright.table.TableObserved.Size;
import io.shardwright.table.TableObserved.StandingColumn;
import io.shardwright.table.TableObserved.StandingTable;
import io.shardwright.topology.ClusterRef;
import io.shardwright.topology.Host;
import io.shardwright.topology.Layout;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/** Tables for tests: nyc.flights with nyc.flights_all, as declared and as they stand. */
final class Tables {
    static final Layout LAYOUT =
            Layout.of(new ClusterRef("flights", "flights", "cluster.local"), new Layout.Size(2, 2));
    static final Dialect DIALECT = Dialect.of("18.16.1");

    private Tables() {}

    static final class Spec {
        String cluster = "flights";
        String database = "nyc";
        String name;
        List<ColumnSpec> columns = List.of(
                new ColumnSpec("time_hour", "DateTime", null),
                new ColumnSpec("carrier", "String", "'NA'"),
                new ColumnSpec("dep_delay", "Nullable(Int16)", null));
        String engine;
        List<String> engineArguments;
        String partitionBy = "toYYYYMM(time_hour)";
        List<String> orderBy = List.of("carrier", "time_hour");
        List<String> primaryKey;
        String sampleBy;
        Map<String, String> settings;
        DistributedSpec distributed = new DistributedSpec("flights_all", "cityHash64(carrier)");
        TableDeletionPolicy deletionPolicy;
    }

    static Table table(String name, UnaryOperator<Spec> change) {
        var spec = change.apply(new Spec());
        var table = new Table();
        table.setMetadata(new ObjectMetaBuilder()
                .withName(name)
                .withNamespace("flights")
                .withGeneration(3L)
                .withCreationTimestamp("2026-01-01T00:00:00Z")
                .build());
        table.setSpec(new TableSpec(
                spec.cluster,
                spec.database,
                spec.name,
                spec.columns,
                spec.engine,
                spec.engineArguments,
                spec.partitionBy,
                spec.orderBy,
                spec.primaryKey,
                spec.sampleBy,
                spec.settings,
                spec.distributed,
                null,
                spec.deletionPolicy));
        return table;
    }

    static Table table() {
        return table("flights", UnaryOperator.identity());
    }

    static TableIntent intent(UnaryOperator<Spec> change) {
        return intent(table("flights", change));
    }

    static TableIntent intent() {
        return intent(UnaryOperator.identity());
    }

    static TableIntent droppedIntent() {
        return intent(spec -> {
            spec.deletionPolicy = TableDeletionPolicy.Drop;
            return spec;
        });
    }

    static TableIntent intent(Table table) {
        return switch (TableParser.parse(table, List.of(table))) {
            case Parsed.Accepted<TableIntent>(var intent) -> intent;
            case Parsed.Rejected<TableIntent>(var message) -> throw new AssertionError(message);
        };
    }

    static final List<StandingColumn> COLUMNS = List.of(
            new StandingColumn("time_hour", "DateTime", "", ""),
            new StandingColumn("carrier", "String", "DEFAULT", "'NA'"),
            new StandingColumn("dep_delay", "Nullable(Int16)", "", ""));

    static StandingTable local() {
        return local("ReplicatedMergeTree", COLUMNS);
    }

    static StandingTable local(String engine, List<StandingColumn> columns) {
        return new StandingTable(
                "flights",
                engine,
                engine
                        + "('/tables/{shard}/nyc/flights', '{replica}') PARTITION BY toYYYYMM(time_hour) ORDER BY (carrier,"
                        + " time_hour) SETTINGS index_granularity = 8192",
                "toYYYYMM(time_hour)",
                "carrier, time_hour",
                "carrier, time_hour",
                "",
                columns);
    }

    static StandingTable distributed() {
        return distributed("Distributed('flights', 'nyc', 'flights', cityHash64(carrier))");
    }

    static StandingTable distributed(String engineFull) {
        return new StandingTable("flights_all", "Distributed", engineFull, "", "", "", "", COLUMNS);
    }

    static HostState.Seen seen(StandingTable... tables) {
        return new HostState.Seen(DIALECT, true, true, List.of(tables), new Size(0, 0));
    }

    static HostState.Seen empty() {
        return new HostState.Seen(DIALECT, true, false, List.of(), new Size(0, 0));
    }

    static TableObserved observed(Function<Host, HostState> states) {
        var hosts = new TreeMap<Host, HostState>();
        LAYOUT.hosts().forEach(host -> hosts.put(host, states.apply(host)));
        return new TableObserved(ClusterState.PRESENT, hosts);
    }

    static Host host(int shard, int replica) {
        return new Host(LAYOUT.cluster(), shard, replica);
    }
}
