package io.shardwright.replacement;

import static io.shardwright.replacement.Replicas.FIRST;
import static io.shardwright.replacement.Replicas.NOW;
import static io.shardwright.replacement.Replicas.SECOND;
import static io.shardwright.replacement.Replicas.parts;
import static io.shardwright.replacement.Replicas.said;
import static org.assertj.core.api.Assertions.assertThat;

import io.shardwright.crds.ReplacementPhase;
import io.shardwright.crds.ReplacementStatus;
import io.shardwright.crds.UnrestoredStatus;
import io.shardwright.holdings.HostContents.TableId;
import io.shardwright.holdings.Registration;
import io.shardwright.plan.HoldReason;
import io.shardwright.plan.Outcome;
import io.shardwright.replacement.ReplacementAction.Admit;
import io.shardwright.replacement.ReplacementAction.CreateDatabase;
import io.shardwright.replacement.ReplacementAction.RestoreTable;
import io.shardwright.replacement.ReplacementObserved.Answer;
import io.shardwright.replacement.ReplacementObserved.Refusal;
import java.time.Duration;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What a server refuses to make. */
final class RestorationTest {
    private static final TableId VIEW = new TableId("nyc", "v");
    private static final String CREATE_VIEW = "CREATE VIEW nyc.v AS SELECT * FROM nyc.dropped";
    private static final Duration LONG = Duration.ofSeconds(40);
    private static final Duration SHORT = Duration.ofSeconds(20);

    private final Replicas shard = new Replicas();

    @Test
    void aViewThatCannotBeMadeIsHeldAndKeepsNobodyOut() {
        withView().outside(SECOND).was(SECOND, ReplacementPhase.RestoringSchema, "Schema");
        assertThat(shard.judge(SECOND).actions()).containsExactly(restoreView());

        shard.refused(SECOND, "nyc.v", SHORT);
        assertThat(shard.judge(SECOND).phase()).isEqualTo(ReplacementPhase.RestoringSchema);
        assertThat(shard.judge(SECOND).holds()).isEmpty();

        shard.refused(SECOND, "nyc.v", LONG);
        var verdict = shard.judge(SECOND);
        assertThat(verdict.actions()).hasOnlyElementsOfType(Admit.class).hasSize(1);
        assertThat(verdict.holds()).singleElement().satisfies(hold -> {
            assertThat(hold.reason()).isEqualTo(HoldReason.CannotBeRestored);
            assertThat(hold.subject()).isEqualTo("c-0-1 nyc.v");
            assertThat(hold.message()).contains("Table doesn't exist", "serves without it");
        });
    }

    @Test
    void whoServesWithoutAViewIsGivenItLater() {
        withView().was(SECOND, ReplacementPhase.InService, "Unrestored").refused(SECOND, "nyc.v", LONG);
        shard.registrations.put(SECOND, new Registration.Known(List.of(), 1));
        assertThat(shard.judge(SECOND).reason()).isEqualTo("Unrestored");
        assertThat(shard.judge(SECOND).isWhole()).isTrue();
        assertThat(shard.judge(SECOND).actions()).as("it was tried just now").isEmpty();

        var late = ReplacementPlanner.judge(shard.intent(), shard.observed(), NOW.plusSeconds(60));
        assertThat(late.get(SECOND).actions()).containsExactly(restoreView());

        shard.answers.put(SECOND, shard.answers.get(FIRST));
        assertThat(shard.judge(SECOND).isSettled()).isTrue();
        assertThat(shard.judge(SECOND).holds()).isEmpty();
    }

    @Test
    void whatNoPeerHasAnyMoreIsNotMissed() {
        shard.was(SECOND, ReplacementPhase.InService, "Unrestored").refused(SECOND, "nyc.v", LONG);
        shard.registrations.put(SECOND, new Registration.Known(List.of(), 1));
        assertThat(shard.judge(SECOND).isSettled()).isTrue();

        shard.answers.remove(FIRST);
        assertThat(shard.judge(SECOND).isSettled())
                .as("the peer that may have it says nothing")
                .isFalse();
    }

    @Test
    void aReplicatedTableThatCannotBeMadeKeepsItsHostOut() {
        shard.outside(SECOND)
                .was(SECOND, ReplacementPhase.RestoringSchema, "Schema")
                .refused(SECOND, "nyc.flights", LONG)
                .answers
                .put(SECOND, Replicas.without(Replicas.NAME, true));
        shard.registrations.put(SECOND, new Registration.Known(List.of(), 1));

        assertThat(shard.judge(SECOND).phase()).isEqualTo(ReplacementPhase.RestoringSchema);
        assertThat(shard.judge(SECOND).actions()).as("it was tried just now").isEmpty();
        assertThat(shard.judge(SECOND).holds()).singleElement().satisfies(hold -> assertThat(hold.message())
                .contains("does not serve before"));
    }

    @Test
    void aTableWithRowsOfItsOwnKeepsItsHostOut() {
        shard.answers.put(
                FIRST, Replicas.and(said(parts()), VIEW, "Log", "CREATE TABLE nyc.v (id UInt8) ENGINE = Log"));
        shard.outside(SECOND)
                .was(SECOND, ReplacementPhase.RestoringSchema, "Schema")
                .refused(SECOND, "nyc.v", LONG);

        assertThat(shard.judge(SECOND).actions()).isEmpty();
        assertThat(shard.judge(SECOND).phase()).isEqualTo(ReplacementPhase.RestoringSchema);
    }

    @Test
    void aDatabaseThatCannotBeMadeHoldsUpNoOther() {
        withForeignDatabase();
        shard.outside(SECOND)
                .was(SECOND, ReplacementPhase.RestoringSchema, "Schema")
                .refused(SECOND, "legacy", Duration.ZERO)
                .answers
                .put(SECOND, Replicas.without(Replicas.NAME, true));
        shard.registrations.put(SECOND, new Registration.Known(List.of(), 1));

        assertThat(shard.judge(SECOND).actions())
                .hasExactlyElementsOfTypes(CreateDatabase.class, RestoreTable.class)
                .contains(new CreateDatabase(SECOND, "legacy", "MySQL('db:3306', 'legacy', 'reader', 'secret')"));

        shard.refused(SECOND, "legacy", LONG).answers.put(SECOND, said(parts("202401_0_0_0")));
        assertThat(shard.judge(SECOND).actions())
                .hasOnlyElementsOfType(Admit.class)
                .hasSize(1);
    }

    @Test
    void aNewHostOfAnEmptyShardDoesNotServeWithoutItsViews() {
        shard.answers.put(FIRST, Replicas.and(said(parts()), VIEW, "View", CREATE_VIEW));
        shard.outside(SECOND)
                .was(SECOND, ReplacementPhase.Starting, "Schema")
                .answers
                .put(SECOND, said(parts()));

        assertThat(shard.judge(SECOND).actions()).containsExactly(restoreView());
        assertThat(shard.judge(SECOND).phase()).isEqualTo(ReplacementPhase.Starting);
    }

    @Test
    void tablesOfANewHostAreMadeOnceTheStatusSaysSo() {
        shard.answers.put(FIRST, said(parts()));
        shard.outside(SECOND).answers.put(SECOND, Replicas.without(Replicas.NAME, true));
        shard.registrations.put(SECOND, new Registration.Known(List.of(), 1));
        assertThat(shard.judge(SECOND).actions()).isEmpty();

        shard.was(SECOND, ReplacementPhase.Starting, "Schema");
        assertThat(shard.judge(SECOND).actions())
                .hasOnlyElementsOfType(RestoreTable.class)
                .hasSize(1);
    }

    @Test
    void pausesGrow() {
        var pauses = List.of(0, 8, 40, 4000).stream()
                .map(seconds -> new Refusal("no", NOW.minusSeconds(seconds), NOW))
                .map(refusal -> java.util.stream.LongStream.iterate(0, at -> at + 1)
                        .filter(at -> refusal.isDue(NOW.plusSeconds(at)))
                        .findFirst()
                        .orElseThrow())
                .toList();

        assertThat(pauses).containsExactly(0L, 2L, 10L, 60L);
    }

    @Test
    void theStatusRemembersWhatWasRefusedUntilItStands() {
        withView().outside(SECOND).was(SECOND, ReplacementPhase.RestoringSchema, "Schema");
        var refused = project(null, true);
        assertThat(refused.unrestored())
                .containsExactly(new UnrestoredStatus(
                        "c-0-1",
                        "nyc.v",
                        "could not restore nyc.v on c-0-1 as its peers have it: Table doesn't exist",
                        NOW.toString(),
                        NOW.toString()));

        shard.answers.remove(FIRST);
        assertThat(project(refused, true).unrestored())
                .as("nobody to compare with")
                .hasSize(1);

        withView();
        assertThat(project(refused, false).unrestored()).isEmpty();
    }

    @Test
    void whatIsTriedInServiceFailsWithoutTakingTheHostOut() {
        withView().was(SECOND, ReplacementPhase.InService, "Unrestored").refused(SECOND, "nyc.v", LONG);
        shard.registrations.put(SECOND, new Registration.Known(List.of(), 1));

        var host = project(null, true).hosts().getLast();
        assertThat(host.phase()).isEqualTo(ReplacementPhase.InService);
        assertThat(host.reason()).isEqualTo("Unrestored");
    }

    private ReplacementStatus project(ReplacementStatus before, boolean fails) {
        var verdicts = shard.judge();
        List<Outcome<ReplacementAction>> outcomes = fails
                ? List.of(new Outcome.Failed<>(restoreView(), "Table doesn't exist", true))
                : List.of(new Outcome.Done<>(restoreView()));
        return ReplacementStatusProjection.project(before, shard.intent(), shard.observed(), verdicts, outcomes, NOW);
    }

    private static RestoreTable restoreView() {
        return new RestoreTable(SECOND, VIEW, "CREATE VIEW IF NOT EXISTS nyc.v AS SELECT * FROM nyc.dropped");
    }

    private Replicas withView() {
        shard.answers.put(FIRST, Replicas.and(said(parts("202401_0_0_0")), VIEW, "View", CREATE_VIEW));
        return shard;
    }

    private void withForeignDatabase() {
        var contents = shard.observed().contents(FIRST).orElseThrow();
        var databases = new TreeMap<>(contents.databases());
        databases.put("legacy", "MySQL('db:3306', 'legacy', 'reader', 'secret')");
        shard.answers.put(FIRST, new Answer.Said(contents.withDatabases(databases)));
    }
}
