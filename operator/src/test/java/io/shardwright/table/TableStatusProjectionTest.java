package io.shardwright.table;

import static io.shardwright.table.Tables.distributed;
import static io.shardwright.table.Tables.host;
import static io.shardwright.table.Tables.intent;
import static io.shardwright.table.Tables.local;
import static io.shardwright.table.Tables.observed;
import static io.shardwright.table.Tables.seen;
import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Condition;
import io.shardwright.crds.Table;
import io.shardwright.crds.TableHostStatus;
import io.shardwright.crds.TableStatus;
import io.shardwright.plan.Outcome;
import io.shardwright.table.TableAction.CreateLocalTable;
import io.shardwright.table.TableObserved.ClusterState;
import io.shardwright.table.TableObserved.HostState;
import io.shardwright.table.TableObserved.Size;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class TableStatusProjectionTest {
    private static final Instant NOW = Instant.parse("2026-02-01T10:00:00Z");
    private static final TableIntent INTENT = intent();
    private static final HostState SILENT = new HostState.Unknown("Connection refused");

    private final Table table = Tables.table();

    @Test
    void aShardCountsOnceByItsFullestReplica() {
        var rows = Map.of(host(0, 0), 100L, host(0, 1), 90L, host(1, 0), 5L, host(1, 1), 7L);

        var status = status(observed(host -> holding(rows.get(host))));

        assertThat(status.rows()).isEqualTo(107);
        assertThat(status.bytes()).isEqualTo(1070);
        assertThat(status.size()).isEqualTo("1.0Ki");
        assertThat(status.hostsReady()).isEqualTo("4/4");
        assertThat(status.summary()).isEqualTo("Ready");
        assertThat(status.observedGeneration()).isEqualTo(3);
        assertThat(conditions(status))
                .isEqualTo(Map.of("Accepted", "True", "Ready", "True", "Progressing", "False", "Degraded", "False"));
    }

    @Test
    void whatWasCountedStaysWhileAShardIsSilent() {
        table.setStatus(status(observed(host -> holding(50))));

        var status = status(observed(host -> host.shard() == 0 ? SILENT : holding(60)));

        assertThat(status.rows()).isEqualTo(100);
        assertThat(status.hostsReady()).isEqualTo("2/4");
    }

    @Test
    void aSilentHostIsToldAndWaitedFor() {
        var status = status(observed(host -> host.equals(host(1, 0)) ? SILENT : holding(1)));

        assertThat(status.hosts())
                .contains(new TableHostStatus("flights-1-0", "Unknown", null, "Connection refused"))
                .contains(new TableHostStatus("flights-1-1", "Present", 1L, null));
        assertThat(status.summary()).isEqualTo("flights-1-0: Connection refused");
        assertThat(status.holds()).singleElement().satisfies(hold -> {
            assertThat(hold.reason()).isEqualTo("HostUnreachable");
            assertThat(hold.since()).isEqualTo("2026-02-01T10:00:00Z");
        });
        assertThat(conditions(status))
                .isEqualTo(Map.of("Accepted", "True", "Ready", "False", "Progressing", "True", "Degraded", "False"));
    }

    @Test
    void aRefusalIsToldInTheServersWordsWithItsHost() {
        var observed = observed(host -> host.equals(host(0, 0)) ? seen() : holding(1));
        var outcomes = List.<Outcome<TableAction>>of(new Outcome.Failed<>(
                new CreateLocalTable(host(0, 0), INTENT), "Code: 50, Unknown data type family: X", false));

        var status = status(observed, outcomes);

        assertThat(status.summary())
                .isEqualTo("could not create table nyc.flights on flights-0-0: Code: 50, Unknown data type family: X");
        assertThat(conditions(status)).containsEntry("Accepted", "True").containsEntry("Degraded", "True");
        assertThat(status.hosts().getFirst().state()).isEqualTo("Missing");
    }

    @Test
    void aDifferenceIsDegradedAndNotProgressing() {
        var status = status(observed(host ->
                host.equals(host(0, 0)) ? seen(local("MergeTree", Tables.COLUMNS), distributed()) : holding(1)));

        assertThat(status.hosts().getFirst().state()).isEqualTo("Different");
        assertThat(conditions(status))
                .isEqualTo(Map.of("Accepted", "True", "Ready", "False", "Progressing", "False", "Degraded", "True"));
        assertThat(status.summary()).contains("flights-0-0", "the engine is MergeTree");
    }

    @Test
    void withoutAClusterNothingIsReady() {
        var status = status(new TableObserved(ClusterState.MISSING, new TreeMap<>()));

        assertThat(status.hostsReady()).isEqualTo("0/0");
        assertThat(status.rows()).isNull();
        assertThat(status.summary()).contains("ClickHouseCluster flights in namespace flights does not exist");
        assertThat(conditions(status)).containsEntry("Ready", "False").containsEntry("Progressing", "False");
    }

    @Test
    void aStatusOfTheSameWorldIsTheSameLater() {
        var observed = observed(host -> host.equals(host(1, 0)) ? SILENT : holding(1));
        var first = status(observed);
        table.setStatus(first);

        var later = TableStatusProjection.project(
                table, INTENT, observed, TablePlanner.plan(INTENT, observed), List.of(), NOW.plus(Duration.ofHours(1)));

        assertThat(later).isEqualTo(first);
    }

    @Test
    void aRefusedSpecIsToldWithWhatToChange() {
        var status = TableStatusProjection.rejected(table, "write another name", NOW);

        assertThat(status.summary()).isEqualTo("Not accepted: write another name");
        assertThat(conditions(status)).containsEntry("Accepted", "False").containsEntry("Ready", "False");
    }

    @Test
    void aDeletionTellsWhatItWaitsFor() {
        var intent = Tables.droppedIntent();
        var observed = observed(host -> host.equals(host(0, 1)) ? SILENT : seen());

        var status = TableStatusProjection.deleting(table, TablePlanner.planDeletion(intent, observed), List.of(), NOW);

        assertThat(status.summary()).startsWith("Dropping: flights-0-1: the table can't be dropped there");
        assertThat(status.holds()).hasSize(1);
    }

    @Test
    void aRefusalIsTriedAgainAfterEverLongerPauses() {
        var observed = observed(host -> host.equals(host(0, 0)) ? seen() : holding(1));
        var outcomes = List.<Outcome<TableAction>>of(
                new Outcome.Failed<>(new CreateLocalTable(host(0, 0), INTENT), "Code: 62", false));
        var status = status(observed, outcomes);

        assertThat(TablePace.nextLook(null, observed, outcomes, NOW)).isEqualTo(Duration.ofSeconds(1));
        assertThat(TablePace.nextLook(status, observed, outcomes, NOW.plusSeconds(20)))
                .isEqualTo(Duration.ofSeconds(20));
        assertThat(TablePace.nextLook(status, observed, outcomes, NOW.plusSeconds(9000)))
                .isEqualTo(Duration.ofMinutes(5));
    }

    @Test
    void looksSoonWhileAHostIsExpectedAndSeldomWhenNoneIs() {
        assertThat(TablePace.nextLook(null, observed(host -> SILENT), List.of(), NOW))
                .isEqualTo(Duration.ofSeconds(1));
        assertThat(TablePace.nextLook(null, observed(host -> holding(1)), List.of(), NOW))
                .isEqualTo(Duration.ofSeconds(30));
    }

    private TableStatus status(TableObserved observed) {
        return status(observed, List.of());
    }

    private TableStatus status(TableObserved observed, List<Outcome<TableAction>> outcomes) {
        return TableStatusProjection.project(
                table, INTENT, observed, TablePlanner.plan(INTENT, observed), outcomes, NOW);
    }

    private static HostState holding(long rows) {
        return new HostState.Seen(
                Tables.DIALECT, true, true, List.of(local(), distributed()), new Size(rows, rows * 10));
    }

    private static Map<String, String> conditions(TableStatus status) {
        return status.conditions().stream().collect(Collectors.toMap(Condition::getType, Condition::getStatus));
    }
}
