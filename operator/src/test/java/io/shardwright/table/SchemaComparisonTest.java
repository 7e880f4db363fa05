package io.shardwright.table;

import static io.shardwright.table.Tables.COLUMNS;
import static io.shardwright.table.Tables.distributed;
import static io.shardwright.table.Tables.intent;
import static io.shardwright.table.Tables.local;
import static io.shardwright.table.Tables.seen;
import static org.assertj.core.api.Assertions.assertThat;

import io.shardwright.table.TableObserved.StandingColumn;
import io.shardwright.table.TableObserved.StandingTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SchemaComparisonTest {
    @Test
    void whatStandsAsDeclaredDoesNotDiffer() {
        assertThat(differences(local(), distributed())).isEmpty();
        assertThat(differences()).as("what does not stand does not differ").isEmpty();
    }

    @Test
    void tellsAColumnsTypeInWords() {
        assertThat(differences(local("ReplicatedMergeTree", with(2, new StandingColumn("dep_delay", "Int16", "", "")))))
                .containsExactly("column dep_delay is Int16, the spec says Nullable(Int16)");
    }

    @Test
    void tellsADefaultThatIsAnotherOneOrNone() {
        assertThat(differences(local(
                        "ReplicatedMergeTree", with(1, new StandingColumn("carrier", "String", "DEFAULT", "'AA'")))))
                .containsExactly("the default of column carrier is 'AA', the spec says 'NA'");
        assertThat(differences(local("ReplicatedMergeTree", with(1, new StandingColumn("carrier", "String", "", "")))))
                .containsExactly("the default of column carrier is none, the spec says 'NA'");
        assertThat(differences(local(
                        "ReplicatedMergeTree",
                        with(1, new StandingColumn("carrier", "String", "MATERIALIZED", "'NA'")))))
                .containsExactly("the default of column carrier is MATERIALIZED 'NA', the spec says 'NA'");
    }

    @Test
    void tellsColumnsThatAreMissingTooManyOrInAnotherOrder() {
        assertThat(differences(local("ReplicatedMergeTree", COLUMNS.subList(0, 2))))
                .containsExactly("column dep_delay is missing");
        var more = new ArrayList<>(COLUMNS);
        more.add(new StandingColumn("extra", "String", "", ""));
        assertThat(differences(local("ReplicatedMergeTree", more))).containsExactly("column extra is not in the spec");
        assertThat(differences(local("ReplicatedMergeTree", COLUMNS.reversed())))
                .containsExactly("the columns stand in another order: dep_delay, carrier, time_hour");
    }

    @Test
    void tellsKeys() {
        var other = new StandingTable(
                "flights",
                "ReplicatedMergeTree",
                local().engineFull(),
                "toMonday(time_hour)",
                "time_hour",
                "time_hour",
                "carrier",
                COLUMNS);

        assertThat(differences(other))
                .containsExactly(
                        "the partition key is (toMonday(time_hour)), the spec says (toYYYYMM(time_hour))",
                        "the sorting key is (time_hour), the spec says (carrier, time_hour)",
                        "the primary key is (time_hour), the spec says (carrier, time_hour)",
                        "the sampling key is (carrier), the spec says none");
    }

    @Test
    void tellsAReplicaWithItsMetadataElsewhere() {
        var elsewhere = new StandingTable(
                "flights",
                "ReplicatedMergeTree",
                "ReplicatedMergeTree('/elsewhere', '{replica}') ORDER BY (carrier, time_hour)",
                local().partitionKey(),
                local().sortingKey(),
                local().primaryKey(),
                "",
                COLUMNS);

        assertThat(differences(elsewhere))
                .singleElement()
                .asString()
                .contains("/elsewhere", "/tables/{shard}/nyc/flights");
    }

    @Test
    void tellsSettingsThatAreDeclaredAndNoOthers() {
        var declared = intent(spec -> {
            spec.settings = Map.of("index_granularity", "1024", "storage_policy", "cold");
            return spec;
        });

        assertThat(SchemaComparison.differences(declared, seen(local())))
                .containsExactly(
                        "setting index_granularity is 8192, the spec says 1024",
                        "setting storage_policy is not set, the spec says cold");
    }

    @Test
    void tellsWhatADistributedTableReadsAndHowItSpreads() {
        assertThat(differences(distributed("Distributed(other, nyc, flights, rand())")))
                .containsExactly(
                        "in flights_all, it reads other.nyc.flights, the spec says flights.nyc.flights",
                        "in flights_all, the sharding key is not cityHash64(carrier) but as in"
                                + " Distributed(other, nyc, flights, rand())");
        assertThat(differences(distributed("Distributed(flights, nyc, flights, cityHash64( `carrier` ))")))
                .isEmpty();
    }

    @Test
    void anEngineOfAnotherKindIsAllThatIsTold() {
        assertThat(differences(local("ReplicatedSummingMergeTree", List.of())))
                .containsExactly("the engine is ReplicatedSummingMergeTree, the spec says ReplicatedMergeTree");
    }

    @Test
    void whatIsNotUnderstoodDoesNotPassForADifference() {
        assertThat(differences(local(
                        "ReplicatedMergeTree",
                        with(1, new StandingColumn("carrier", "String", "DEFAULT", "some NEW syntax")))))
                .isEmpty();
    }

    private static List<String> differences(StandingTable... tables) {
        return SchemaComparison.differences(intent(), seen(tables));
    }

    private static List<StandingColumn> with(int index, StandingColumn column) {
        var columns = new ArrayList<>(COLUMNS);
        columns.set(index, column);
        return columns;
    }
}
