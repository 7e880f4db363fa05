package io.shardwright.table;

import static io.shardwright.table.Tables.table;
import static org.assertj.core.api.Assertions.assertThat;

import io.shardwright.crds.ColumnSpec;
import io.shardwright.crds.DistributedSpec;
import io.shardwright.crds.Table;
import io.shardwright.plan.Parsed;
import io.shardwright.testing.Examples;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class TableParserTest {
    @Test
    void acceptsEveryExample() {
        var examples = Examples.of(Table.class);

        assertThat(examples).allSatisfy(example -> assertThat(TableParser.parse(example, examples))
                .isInstanceOf(Parsed.Accepted.class));
    }

    @Test
    void fillsInEveryDefault() {
        var intent = Tables.intent(table("flights", spec -> {
            spec.distributed = new DistributedSpec("flights_all", null);
            spec.partitionBy = null;
            return spec;
        }));

        assertThat(intent.names()).isEqualTo(new TableIntent.TableNames("nyc", "flights", Optional.of("flights_all")));
        assertThat(intent.engine()).isEqualTo("ReplicatedMergeTree");
        assertThat(intent.shardingKey()).contains("rand()");
        assertThat(intent.partitionBy()).isEmpty();
        assertThat(intent.primaryKey()).isEmpty();
        assertThat(intent.settings()).isEmpty();
        assertThat(intent.dropWhenDeleted()).isFalse();
    }

    @Test
    void refusesADistributedTableNamedLikeTheLocalOne() {
        assertThat(refusal(spec -> {
                    spec.distributed = new DistributedSpec("flights", null);
                    return spec;
                }))
                .contains("distributed.name", "flights_all");
    }

    @Test
    void refusesTextThatReachesOutOfItsPlace() {
        assertThat(refusal(spec -> {
                    spec.columns = List.of(new ColumnSpec("a", "Int8) ENGINE = Log --", null));
                    return spec;
                }))
                .contains("type of a");
        assertThat(refusal(spec -> {
                    spec.orderBy = List.of("carrier; DROP TABLE x");
                    return spec;
                }))
                .contains("orderBy");
        assertThat(refusal(spec -> {
                    spec.partitionBy = "toYYYYMM(time_hour";
                    return spec;
                }))
                .contains("partitionBy");
        assertThat(refusal(spec -> {
                    spec.distributed = new DistributedSpec("all", "1, 2");
                    return spec;
                }))
                .contains("shardingKey", "more than one expression");
        assertThat(refusal(spec -> {
                    spec.settings = Map.of("a = 1, b", "2");
                    return spec;
                }))
                .contains("settings");
    }

    @Test
    void refusesAPrimaryKeyThatIsNotHowTheSortingKeyBegins() {
        assertThat(refusal(spec -> {
                    spec.primaryKey = List.of("time_hour");
                    return spec;
                }))
                .contains("primaryKey", "orderBy");
        assertThat(TableParser.parse(
                        table("flights", spec -> {
                            spec.primaryKey = List.of("`carrier`");
                            return spec;
                        }),
                        List.of()))
                .isInstanceOf(Parsed.Accepted.class);
    }

    @Test
    void ofTwoObjectsThatClaimATableTheOlderHasIt() {
        var older = table("older", spec -> {
            spec.name = "flights";
            return spec;
        });
        var younger = table("a-younger", spec -> {
            spec.name = "other";
            spec.distributed = new DistributedSpec("flights", null);
            return spec;
        });
        younger.getMetadata().setCreationTimestamp("2026-01-02T00:00:00Z");
        var all = List.of(older, younger);

        assertThat(TableParser.parse(older, all)).isInstanceOf(Parsed.Accepted.class);
        assertThat(messageOf(TableParser.parse(younger, all)))
                .contains("nyc.flights", "belongs to the Table object older", "another name");
    }

    @Test
    void ofTwoObjectsOfTheSameAgeTheFirstByNameHasTheTable() {
        var a = table("a", TableParserTest::namedFlights);
        var b = table("b", TableParserTest::namedFlights);

        assertThat(TableParser.parse(a, List.of(b, a))).isInstanceOf(Parsed.Accepted.class);
        assertThat(TableParser.parse(b, List.of(b, a))).isInstanceOf(Parsed.Rejected.class);
    }

    @Test
    void theSameNameElsewhereIsNoClaim() {
        var here = table("b", TableParserTest::namedFlights);
        var otherCluster = table("a", spec -> {
            spec.cluster = "other";
            return namedFlights(spec);
        });
        var otherDatabase = table("a", spec -> {
            spec.database = "other";
            return namedFlights(spec);
        });

        assertThat(TableParser.parse(here, List.of(otherCluster, otherDatabase, here)))
                .isInstanceOf(Parsed.Accepted.class);
    }

    @Test
    void aTableWithoutASpecIsRefused() {
        var table = new Table();
        table.setMetadata(Tables.table().getMetadata());

        assertThat(messageOf(TableParser.parse(table, List.of()))).contains("spec is missing");
    }

    private static Tables.Spec namedFlights(Tables.Spec spec) {
        spec.name = "flights";
        return spec;
    }

    private static String refusal(UnaryOperator<Tables.Spec> change) {
        return messageOf(TableParser.parse(table("flights", change), List.of()));
    }

    private static String messageOf(Parsed<TableIntent> parsed) {
        assertThat(parsed).isInstanceOf(Parsed.Rejected.class);
        return ((Parsed.Rejected<TableIntent>) parsed).message();
    }
}
