package io.shardwright.rebalance;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.shardwright.clickhouse.HostSnapshot.TableName;
import io.shardwright.crds.Reads;
import io.shardwright.crds.Rebalance;
import io.shardwright.crds.RebalanceSpec;
import io.shardwright.crds.RebalanceTables;
import io.shardwright.crds.ShardWeight;
import io.shardwright.crds.TableGroup;
import io.shardwright.crds.TimeWindow;
import io.shardwright.plan.Parsed;
import io.shardwright.testing.Examples;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RebalanceParserTest {
    @Test
    void acceptsEveryExample() {
        var examples = Examples.of(Rebalance.class);

        assertThat(examples).allSatisfy(example -> assertThat(RebalanceParser.parse(example))
                .isInstanceOf(Parsed.Accepted.class));
    }

    @Test
    void fillsInEveryDefault() {
        var intent = accepted(spec(null, null, null));

        assertThat(intent.uid()).isEqualTo("uid");
        assertThat(intent.cluster()).isEqualTo("flights");
        assertThat(intent.isDryRun()).isFalse();
        assertThat(intent.isPaused()).isFalse();
        assertThat(intent.isExact()).isFalse();
        assertThat(intent.drain()).isEmpty();
        assertThat(intent.weights()).isEmpty();
        assertThat(intent.tolerancePercent()).isEqualTo(10);
        assertThat(intent.concurrency()).isEqualTo(1);
        assertThat(intent.bytesPerSecond()).isEmpty();
        assertThat(intent.window()).isEmpty();
        assertThat(intent.tables().contain(table("any", "table"))).isTrue();
    }

    @Test
    void takesWhatIsSaid() {
        var intent = accepted(new RebalanceSpec(
                "flights",
                true,
                true,
                List.of(2),
                25,
                List.of(new ShardWeight(1, 300)),
                tables(List.of("nyc.*"), List.of("nyc.tmp*"), List.of("nyc.a", "nyc.b")),
                new Quantity("50Mi"),
                4,
                new TimeWindow("22:00", "06:00", "Europe/Berlin"),
                Reads.Exact));

        assertThat(intent.isDryRun()).isTrue();
        assertThat(intent.isPaused()).isTrue();
        assertThat(intent.isExact()).isTrue();
        assertThat(intent.drain()).isEqualTo(Set.of(2));
        assertThat(intent.weights()).isEqualTo(Map.of(1, 300));
        assertThat(intent.tolerancePercent()).isEqualTo(25);
        assertThat(intent.concurrency()).isEqualTo(4);
        assertThat(intent.bytesPerSecond()).hasValue(50 << 20);
        assertThat(intent.tables().contain(table("nyc", "flights"))).isTrue();
        assertThat(intent.tables().contain(table("nyc", "tmp_1"))).isFalse();
        assertThat(intent.tables().contain(table("sf", "flights"))).isFalse();
        assertThat(intent.tables().groupOf(table("nyc", "b"))).containsExactly(table("nyc", "a"), table("nyc", "b"));
        assertThat(intent.window()).hasValueSatisfying(window -> {
            assertThat(window.contains(Instant.parse("2026-07-01T22:30:00Z"))).isTrue();
            assertThat(window.contains(Instant.parse("2026-07-01T19:30:00Z"))).isFalse();
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"flights", "nyc.", ".flights"})
    void refusesWhatIsNoTable(String name) {
        assertThat(refused(spec(tables(List.of(name), null, null), null, null)))
                .contains(name)
                .contains("not database.table");
    }

    @Test
    void refusesAPatternInAGroup() {
        assertThat(refused(spec(tables(null, null, List.of("nyc.a", "nyc.*")), null, null)))
                .contains("tables.together")
                .contains("nyc.*");
    }

    @Test
    void refusesATableInAGroupTwice() {
        assertThat(refused(spec(tables(null, null, List.of("nyc.a", "nyc.a")), null, null)))
                .contains("nyc.a appears twice");
    }

    @Test
    void refusesATimeZoneThatThereIsNot() {
        assertThat(refused(spec(null, new TimeWindow("22:00", "06:00", "Mars/Olympus"), null)))
                .contains("Mars/Olympus")
                .contains("Europe/Berlin");
    }

    @Test
    void refusesNothingAtAll() {
        assertThat(refused(null)).contains("spec is missing");
    }

    @Test
    void knowsOfWhatIsNotAcceptedEnoughToEndWhatItBegan() {
        var wrong = new RebalanceSpec(
                "flights",
                null,
                null,
                null,
                null,
                null,
                tables(List.of("flights"), null, null),
                new Quantity("50Mi"),
                4,
                new TimeWindow("22:00", "06:00", "Mars/Olympus"),
                Reads.Exact);

        var begun = RebalanceParser.ofBegun(rebalance(wrong)).orElseThrow();

        assertThat(begun.cluster()).isEqualTo("flights");
        assertThat(begun.isExact()).isTrue();
        assertThat(begun.isPaused()).isTrue();
        assertThat(begun.concurrency()).isEqualTo(4);
        assertThat(RebalanceParser.ofBegun(rebalance(null))).isEmpty();
    }

    private static RebalanceTables tables(List<String> include, List<String> exclude, List<String> together) {
        return new RebalanceTables(include, exclude, together == null ? null : List.of(new TableGroup(together)));
    }

    private static TableName table(String database, String table) {
        return new TableName(database, table);
    }

    private static RebalanceSpec spec(RebalanceTables tables, TimeWindow window, Reads reads) {
        return new RebalanceSpec("flights", null, null, null, null, null, tables, null, null, window, reads);
    }

    private static RebalanceIntent accepted(RebalanceSpec spec) {
        assertThat(parse(spec)).isInstanceOf(Parsed.Accepted.class);
        return ((Parsed.Accepted<RebalanceIntent>) parse(spec)).intent();
    }

    private static String refused(RebalanceSpec spec) {
        assertThat(parse(spec)).isInstanceOf(Parsed.Rejected.class);
        return ((Parsed.Rejected<RebalanceIntent>) parse(spec)).message();
    }

    private static Parsed<RebalanceIntent> parse(RebalanceSpec spec) {
        return RebalanceParser.parse(rebalance(spec));
    }

    private static Rebalance rebalance(RebalanceSpec spec) {
        var rebalance = new Rebalance();
        rebalance.setMetadata(new ObjectMetaBuilder()
                .withNamespace("ns")
                .withName("even-out")
                .withUid("uid")
                .build());
        rebalance.setSpec(spec);
        return rebalance;
    }
}
