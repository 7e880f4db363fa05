package io.shardwright.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.shardwright.clickhouse.HttpServers;
import io.shardwright.crds.ColumnSpec;
import io.shardwright.crds.DistributedSpec;
import io.shardwright.crds.TableDeletionPolicy;
import io.shardwright.plan.ActionRunner;
import io.shardwright.plan.Hold;
import io.shardwright.plan.HoldReason;
import io.shardwright.plan.Outcome;
import io.shardwright.plan.Plan;
import io.shardwright.table.TableObserved.ClusterState;
import io.shardwright.table.TableObserved.HostState;
import io.shardwright.testing.RealServers;
import io.shardwright.topology.Host;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The whole way from observation to statements, on real servers. */
class TableIT {
    private static final String DATABASE = "table_it";

    private final RealServers real = RealServers.shared();
    private final HttpServers servers =
            new HttpServers(real.directory(), Duration.ofSeconds(30), new SimpleMeterRegistry());
    private final TableObserver observer = new TableObserver(servers, "cluster.local");
    private final TableExecutor executor = new TableExecutor(servers);

    @AfterEach
    void dropAll() {
        for (var host : real.layout().hosts()) {
            servers.execute(host, "DROP DATABASE IF EXISTS " + DATABASE);
        }
        servers.close();
    }

    @Test
    void createsEverythingOnAllHostsAndThenHasNothingToDo() {
        var intent = intent(UnaryOperator.identity());

        assertThat(step(intent)).hasSize(12).allMatch(Outcome.Done.class::isInstance);

        assertThat(plan(intent)).isEqualTo(Plan.none());
    }

    @Test
    void whatIsInsertedOnOneReplicaIsOnTheOtherAndCountsOnce() {
        var intent = intent(UnaryOperator.identity());
        step(intent);

        for (int shard = 0; shard < 2; shard++) {
            servers.execute(
                    host(shard, 0),
                    "INSERT INTO " + DATABASE + ".t (time_hour, dep_delay) SELECT toDateTime(number), NULL FROM"
                            + " system.numbers LIMIT 100");
        }

        await().atMost(RealServers.FETCHED_WITHIN).untilAsserted(() -> assertThat(
                        observe(intent).hosts().values())
                .allSatisfy(state ->
                        assertThat(((HostState.Seen) state).size().rows()).isEqualTo(100)));
        assertThat(servers.query(host(1, 1), "SELECT count(), min(carrier) FROM " + DATABASE + ".t_all"))
                .containsExactly(List.of("200", "NA"));
    }

    @Test
    void aHostThatComesBackGetsWhatItLacks() {
        var intent = intent(UnaryOperator.identity());
        var absent = host(1, 1);
        try (var _ = real.stop(absent)) {
            assertThat(step(intent)).hasSize(9).allMatch(Outcome.Done.class::isInstance);
            assertThat(plan(intent).holds())
                    .extracting(Hold::reason, Hold::subject)
                    .containsExactly(tuple(HoldReason.HostUnreachable, absent.name()));
        }

        assertThat(step(intent))
                .hasSize(3)
                .allMatch(Outcome.Done.class::isInstance)
                .allMatch(outcome -> outcome.action().host().equals(absent));
        assertThat(plan(intent)).isEqualTo(Plan.none());
    }

    @Test
    void theServersWordsOfARefusalAreKeptAndItIsNotToBeRetriedSoon() {
        var intent = intent(spec -> {
            spec.columns = List.of(new ColumnSpec("a", "NoSuchType", null));
            spec.orderBy = List.of("a");
            spec.partitionBy = null;
            return spec;
        });

        var failures = step(intent).stream()
                .filter(outcome -> outcome.action() instanceof TableAction.CreateLocalTable)
                .toList();

        assertThat(failures).hasSize(4).allSatisfy(outcome -> {
            assertThat(outcome).isInstanceOf(Outcome.Failed.class);
            var failed = (Outcome.Failed<TableAction>) outcome;
            assertThat(failed.message()).contains("Unknown data type family: NoSuchType");
            assertThat(failed.retryable()).isFalse();
        });
    }

    @Test
    void dropsEveryTableAndItsReplicasZnodes() {
        var intent = intent(spec -> {
            spec.deletionPolicy = TableDeletionPolicy.Drop;
            return spec;
        });
        step(intent);
        assertThat(replicaZnodes()).isNotEmpty();

        int rounds = 0;
        for (var plan = deletion(intent); !plan.converged(); plan = deletion(intent)) {
            assertThat(run(plan)).allMatch(Outcome.Done.class::isInstance);
            rounds++;
        }

        assertThat(rounds).isEqualTo(3);
        assertThat(observe(intent).hosts().values()).allSatisfy(state -> assertThat(((HostState.Seen) state).tables())
                .isEmpty());
        assertThat(replicaZnodes()).isEmpty();
        assertThat(step(intent)).as("it can be created again").allMatch(Outcome.Done.class::isInstance);
    }

    @Test
    void aTableChangedByHandIsHeldOnThatHostOnly() {
        var intent = intent(UnaryOperator.identity());
        step(intent);
        servers.execute(host(0, 0), "DROP TABLE " + DATABASE + ".t_all");
        servers.execute(
                host(0, 0),
                "CREATE TABLE " + DATABASE + ".t_all (time_hour DateTime, carrier String DEFAULT 'NA', dep_delay Int16)"
                        + " ENGINE = Distributed(flights, " + DATABASE + ", t, rand())");

        var plan = plan(intent);

        assertThat(plan.actions()).isEmpty();
        assertThat(plan.holds()).singleElement().satisfies(hold -> {
            assertThat(hold.subject()).isEqualTo(host(0, 0).name());
            assertThat(hold.message())
                    .contains("in t_all, column dep_delay is Int16, the spec says Nullable(Int16)")
                    .contains("the sharding key is not cityHash64(carrier)");
        });
    }

    /** What servers store is not what was sent; none of that may pass for a difference. */
    @Test
    void noWayOfWritingASpecPassesForADifference() {
        var intent = intent(spec -> {
            spec.columns = List.of(
                    new ColumnSpec("t", "timestamp", null),
                    new ColumnSpec("c", "TEXT", "'NA'"),
                    new ColumnSpec("d", "Nullable( Int16 )", "5"),
                    new ColumnSpec("e", "INTEGER", "1+2*3"),
                    new ColumnSpec("f", "Date", "toDate(t)"),
                    new ColumnSpec("g", "Date", "'2000-01-01'"),
                    new ColumnSpec("h", "UInt8", "(e=1) and not (d is null) or c in ('a','b')"),
                    new ColumnSpec("i", "Array(String)", "['x',c]"),
                    new ColumnSpec("j", "Decimal64(2)", "0"),
                    new ColumnSpec("k", "Enum8('a'=1,'b'=2)", "'a'"),
                    new ColumnSpec("m", "String", "if(e>0 and e<5,'x''y','z')"),
                    new ColumnSpec("n", "Int32", "-1"),
                    new ColumnSpec("o", "Int64", "cast(e as Int64)"),
                    new ColumnSpec("p", "varchar", "case when e>1 then 'q' else 'r' end"),
                    new ColumnSpec("r", "bigint", "(e+1)*2"),
                    new ColumnSpec("u", "Int32", "e % 3 - 1"),
                    new ColumnSpec("v", "UInt8", "c like '%x'"),
                    new ColumnSpec("w", "Float64", "1.50"),
                    new ColumnSpec("x", "DateTime", "now() + interval 1 day"),
                    new ColumnSpec("y", "Tuple(Int8,String)", "(1,'a')"),
                    new ColumnSpec("z", "String", "c || 'x' || c"),
                    new ColumnSpec("aa", "Int32", "e > 0 ? 1 : 2"),
                    new ColumnSpec("bb", "Int32", "i[1] = 'x'"),
                    new ColumnSpec("dd", "DateTime('UTC')", null),
                    new ColumnSpec("ff", "Int32", "e - (1 - 2)"),
                    new ColumnSpec("gg", "Int32", "y.1"),
                    new ColumnSpec("hh", "Array(Int32)", "arrayMap(q->q+1, [1])"),
                    new ColumnSpec("ii", "Int8", "e between 1 and 3"),
                    new ColumnSpec("jj", "Date", "toDate('2000-01-01')"));
            spec.engine = "ReplicatedReplacingMergeTree";
            spec.engineArguments = List.of("e");
            spec.partitionBy = "(toYYYYMM(t),intHash32(e)%4)";
            spec.orderBy = List.of("c", "t", "cityHash64( c )", "`e`");
            spec.primaryKey = List.of("c", "t", "cityHash64(c)");
            spec.sampleBy = "cityHash64(c)";
            spec.settings = Map.of("index_granularity", "4096");
            spec.distributed = new DistributedSpec("t_all", "cityHash64(c)%7+1");
            return spec;
        });

        assertThat(step(intent)).allMatch(Outcome.Done.class::isInstance);

        assertThat(plan(intent)).isEqualTo(Plan.none());
    }

    @Test
    void aTableWithoutKeysOrPartitionsDoesNotDifferEither() {
        var intent = intent(spec -> {
            spec.partitionBy = null;
            spec.orderBy = List.of("tuple()");
            spec.distributed = new DistributedSpec("t_all", null);
            return spec;
        });

        assertThat(step(intent)).allMatch(Outcome.Done.class::isInstance);

        assertThat(plan(intent)).isEqualTo(Plan.none());
    }

    private List<List<String>> replicaZnodes() {
        return servers.query(host(0, 0), "SELECT name FROM system.zookeeper WHERE path = '/tables/0'").stream()
                .filter(row -> row.contains(DATABASE))
                .flatMap(row -> servers
                        .query(
                                host(0, 0),
                                "SELECT name FROM system.zookeeper WHERE path = '/tables/0/" + DATABASE + "'")
                        .stream())
                .toList();
    }

    private TableIntent intent(UnaryOperator<Tables.Spec> change) {
        return Tables.intent(Tables.table("t", spec -> {
            spec.database = DATABASE;
            spec.distributed = new DistributedSpec("t_all", "cityHash64(carrier)");
            return change.apply(spec);
        }));
    }

    private List<Outcome<TableAction>> step(TableIntent intent) {
        return run(plan(intent));
    }

    private List<Outcome<TableAction>> run(Plan<TableAction> plan) {
        return ActionRunner.run(plan.actions(), executor::execute);
    }

    private Plan<TableAction> plan(TableIntent intent) {
        return TablePlanner.plan(intent, observe(intent));
    }

    private Plan<TableAction> deletion(TableIntent intent) {
        return TablePlanner.planDeletion(intent, observe(intent));
    }

    private TableObserved observe(TableIntent intent) {
        return new TableObserved(
                ClusterState.PRESENT, observer.ask(real.layout().hosts(), intent));
    }

    private Host host(int shard, int replica) {
        return new Host(real.layout().cluster(), shard, replica);
    }
}
