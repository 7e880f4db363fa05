package io.shardwright.replacement;

import static io.shardwright.replacement.Replicas.FIRST;
import static io.shardwright.replacement.Replicas.NOW;
import static io.shardwright.replacement.Replicas.SECOND;
import static io.shardwright.replacement.Replicas.THIRD;
import static io.shardwright.replacement.Replicas.parts;
import static io.shardwright.replacement.Replicas.registered;
import static io.shardwright.replacement.Replicas.said;
import static org.assertj.core.api.Assertions.assertThat;

import io.shardwright.clickhouse.Dialect;
import io.shardwright.crds.ReplacementPhase;
import io.shardwright.holdings.HostContents;
import io.shardwright.holdings.HostContents.TableId;
import io.shardwright.holdings.Registration;
import io.shardwright.plan.Hold;
import io.shardwright.plan.HoldReason;
import io.shardwright.replacement.ReplacementAction.Admit;
import io.shardwright.replacement.ReplacementAction.CreateDatabase;
import io.shardwright.replacement.ReplacementAction.DeleteClaim;
import io.shardwright.replacement.ReplacementAction.DeletePod;
import io.shardwright.replacement.ReplacementAction.DropReplica;
import io.shardwright.replacement.ReplacementAction.Fence;
import io.shardwright.replacement.ReplacementAction.ForgetBlocks;
import io.shardwright.replacement.ReplacementAction.ForgetReplica;
import io.shardwright.replacement.ReplacementAction.RestoreTable;
import io.shardwright.replacement.ReplacementObserved.Answer;
import io.shardwright.replacement.ReplacementObserved.Before;
import io.shardwright.replacement.ReplacementObserved.Node;
import io.shardwright.replacement.ReplacementObserved.Volume;
import io.shardwright.topology.Host;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

final class ReplacementPlannerTest {
    private static final Node AWAY = new Node("n2", Optional.of(NOW.minusSeconds(700)), false, false);

    private static final String PATH_AND_PART = Replicas.PATH + ": 202401_7_7_0";

    private final Replicas shard = new Replicas();

    // Who serves

    @Test
    void hostsThatServeAreLeftAlone() {
        assertThat(ReplacementPlanner.plan(shard.judge()).converged()).isTrue();
    }

    @Test
    void aNewClustersHostServesAtOnce() {
        shard.emptied(FIRST).emptied(SECOND);
        shard.registrations.put(FIRST, new Registration.Known(List.of(), 0));

        assertThat(shard.judge(FIRST).actions()).containsExactly(new Admit(FIRST, "uid of c-0-0", "container"));
        assertThat(shard.judge(SECOND).actions()).as("ZooKeeper was not asked").isEmpty();
    }

    @Test
    void anEmptyHostDoesNotServeWhileZooKeeperKnowsItsPeersAndTheyAreSilent() {
        shard.emptied(SECOND).down(FIRST);
        shard.registrations.put(SECOND, new Registration.Known(List.of(), 1));

        assertThat(shard.judge(SECOND).actions()).isEmpty();
        assertThat(shard.judge(SECOND).reason()).isEqualTo("PeersAway");
    }

    @Test
    void anEmptyHostDoesNotServeWhileZooKeeperIsSilent() {
        shard.emptied(SECOND).down(FIRST);
        shard.registrations.put(SECOND, new Registration.Unknown("refused"));

        assertThat(shard.judge(SECOND).actions()).isEmpty();
    }

    @Test
    void aHostThatCameBackWholeServes() {
        shard.outside(SECOND);

        assertThat(shard.judge(SECOND).actions())
                .hasOnlyElementsOfType(Admit.class)
                .hasSize(1);
    }

    @Test
    void aHostThatCameBackBehindWaits() {
        shard.outside(SECOND).answers.put(FIRST, said(parts("202401_0_0_0", "202401_1_1_0")));

        var verdict = shard.judge(SECOND);
        assertThat(verdict.actions()).isEmpty();
        assertThat(verdict.phase()).as("a restart is no rebuild").isEqualTo(ReplacementPhase.Starting);
        assertThat(verdict.message()).contains("lacks 1 parts");
    }

    /** Pods are seen later than what servers say: the first one's disk was lost a moment ago, and the third was let in. */
    @Test
    void aHostThatCameBackIsNotHeldToAPeerThatWasEmptied() {
        shard.withThird().outside(SECOND).outside(THIRD);
        shard.answers.put(FIRST, Replicas.empty());
        shard.answers.put(THIRD, said(parts("202401_0_0_0", "202401_1_1_0")));

        var verdict = shard.judge(SECOND);
        assertThat(verdict.actions()).isEmpty();
        assertThat(verdict.message()).contains("lacks 1 parts");
        assertThat(shard.judge(THIRD).actions())
                .hasOnlyElementsOfType(Admit.class)
                .hasSize(1);
    }

    @Test
    void aHostWhosePlaceAnotherHoldsWaits() {
        shard.outside(SECOND).answers.put(SECOND, said(parts("202401_0_0_0"), false));

        assertThat(shard.judge(SECOND).actions()).isEmpty();
    }

    @Test
    void whoIsBehindServesWhenNobodyElseDoes() {
        shard.outside(SECOND).down(FIRST).answers.put(SECOND, said(parts("202401_0_0_0"), false));

        assertThat(shard.judge(SECOND).actions())
                .hasOnlyElementsOfType(Admit.class)
                .hasSize(1);
    }

    @Test
    void ofTwoThatAreBehindTheOneThatLacksLessServes() {
        shard.outside(SECOND).outside(FIRST);
        shard.answers.put(FIRST, said(parts("202401_0_0_0", "202401_1_1_0"), false));
        shard.answers.put(SECOND, said(parts("202401_2_2_0"), false));

        assertThat(shard.judge(FIRST).actions())
                .hasOnlyElementsOfType(Admit.class)
                .hasSize(1);
        assertThat(shard.judge(SECOND).actions()).isEmpty();
    }

    @Test
    void whoIsBehindWaitsForAPeerThatServesAndIsSilent() {
        shard.outside(SECOND)
                .answers
                .putAll(Map.of(SECOND, said(parts("202401_0_0_0"), false), FIRST, new Answer.Silent("timed out")));

        assertThat(shard.judge(SECOND).actions()).isEmpty();
    }

    @Test
    void whoIsBeingRebuiltNeverServesBeforeItIsWhole() {
        shard.outside(SECOND)
                .down(FIRST)
                .was(SECOND, ReplacementPhase.CatchingUp, "Behind")
                .answers
                .put(SECOND, said(parts(), false));

        assertThat(shard.judge(SECOND).actions()).isEmpty();
    }

    @Test
    void aContainerThatStartedAnewIsFencedUntilItHasBeenLookedAt() {
        shard.pods.put(SECOND, Replicas.pod(SECOND, false, "newer", Optional.of("container"), "node"));

        assertThat(shard.judge(SECOND).actions())
                .hasOnlyElementsOfType(Fence.class)
                .hasSize(1);
    }

    // Who lost its data

    @Test
    void anEmptiedReplicaIsRebuiltStepByStep() {
        shard.emptied(SECOND).known(SECOND, "202401_0_0_0");

        var announced = shard.judge(SECOND);
        assertThat(announced.phase()).isEqualTo(ReplacementPhase.RestoringSchema);
        assertThat(announced.actions()).isEmpty();
        assertThat(announced.note())
                .hasValueSatisfying(note -> assertThat(note.verified()).contains("1 of its 1 parts", "c-0-0"));

        shard.was(SECOND, ReplacementPhase.RestoringSchema, "Schema");
        assertThat(shard.judge(SECOND).actions()).containsExactly(new CreateDatabase(SECOND, "nyc", "Ordinary"));

        shard.answers.put(
                SECOND,
                new Answer.Said(new HostContents(
                        Optional.of(Replicas.NAME),
                        shard.observed().contents(FIRST).orElseThrow().databases(),
                        new TreeMap<>(),
                        new TreeMap<>(),
                        Optional.of(Set.of()))));
        assertThat(shard.judge(SECOND).actions())
                .singleElement()
                .isInstanceOfSatisfying(RestoreTable.class, restore -> assertThat(restore.sql())
                        .startsWith("CREATE TABLE IF NOT EXISTS nyc.flights (id UInt64)"));

        shard.answers.put(SECOND, said(parts()));
        assertThat(shard.judge(SECOND).phase()).isEqualTo(ReplacementPhase.CatchingUp);
        assertThat(shard.judge(SECOND).progress()).hasValue(new Verdict.Progress(0, 100));

        shard.was(SECOND, ReplacementPhase.CatchingUp, "Behind").answers.put(SECOND, said(parts("202401_0_0_0")));
        assertThat(shard.judge(SECOND).actions())
                .hasOnlyElementsOfType(Admit.class)
                .hasSize(1);
    }

    @Test
    void aVolumeThatKeptItsNameTakesItsPlacesOver() {
        withDatabaseAlone(SECOND).was(SECOND, ReplacementPhase.RestoringSchema, "Schema");
        shard.registrations.put(SECOND, ownPlace(false));

        assertThat(shard.judge(SECOND).actions())
                .singleElement()
                .isInstanceOfSatisfying(RestoreTable.class, restore -> assertThat(restore.sql())
                        .startsWith("ATTACH TABLE nyc.flights (id UInt64)"));
    }

    @Test
    void aNewVolumesTablesAreMadeWhileTheSessionOfTheOldOneLasts() {
        withDatabaseAlone(SECOND).was(SECOND, ReplacementPhase.RestoringSchema, "Schema");
        shard.registrations.put(SECOND, new Registration.Known(List.of(registered(true, "202401_0_0_0")), 1));

        assertThat(shard.judge(SECOND).holds()).isEmpty();
        assertThat(shard.judge(SECOND).actions())
                .hasOnlyElementsOfType(RestoreTable.class)
                .hasSize(1);
    }

    @Test
    void nothingIsMadeWhileAServerReadsFromIt() {
        shard.emptied(SECOND).known(SECOND, "202401_0_0_0").was(SECOND, ReplacementPhase.RestoringSchema, "Schema");
        shard.listings.add(Set.of(FIRST.peersDnsName(), SECOND.peersDnsName()));

        assertThat(shard.judge(SECOND).actions()).isEmpty();
        assertThat(shard.judge(SECOND).reason()).isEqualTo("Listed");
    }

    @Test
    void nothingIsAttachedWhileAnotherServerHoldsItsPlace() {
        withDatabaseAlone(SECOND).was(SECOND, ReplacementPhase.RestoringSchema, "Schema");
        shard.registrations.put(SECOND, ownPlace(true));

        assertThat(shard.judge(SECOND).actions()).isEmpty();
        assertThat(holds(shard.judge(SECOND))).containsExactly(HoldReason.ReplicaActiveElsewhere);
    }

    @Test
    void newerServersForgetAPlaceBeforeTheyTakeIt() {
        shard.version = "26.3";
        withDatabaseAlone(SECOND).was(SECOND, ReplacementPhase.RestoringSchema, "Schema");
        shard.registrations.put(SECOND, ownPlace(false));

        assertThat(shard.judge(SECOND).actions())
                .hasOnlyElementsOfType(DropReplica.class)
                .hasSize(1);

        shard.registrations.put(SECOND, new Registration.Known(List.of(), 1));
        assertThat(shard.judge(SECOND).actions())
                .singleElement()
                .isInstanceOfSatisfying(RestoreTable.class, restore -> assertThat(restore.sql())
                        .startsWith("CREATE TABLE IF NOT EXISTS nyc.flights"));
    }

    @Test
    void aPartThatNobodyElseHasIsHeldLoudly() {
        shard.emptied(SECOND).known(SECOND, "202401_0_0_0", "202401_7_7_0");

        var verdict = shard.judge(SECOND);
        assertThat(verdict.phase()).isEqualTo(ReplacementPhase.Lost);
        assertThat(verdict.actions()).isEmpty();
        assertThat(verdict.holds()).singleElement().satisfies(hold -> {
            assertThat(hold.reason()).isEqualTo(HoldReason.LastGoodCopy);
            assertThat(hold.message()).contains("1 parts", PATH_AND_PART, "acceptDataLoss");
        });
    }

    @Test
    void itIsNotHeldOnceTheLossIsAccepted() {
        shard.emptied(SECOND).known(SECOND, "202401_7_7_0").asked(1, true);

        assertThat(shard.judge(SECOND).holds()).isEmpty();
        assertThat(shard.judge(SECOND).phase()).isEqualTo(ReplacementPhase.RestoringSchema);
        assertThat(shard.judge(SECOND).note())
                .hasValueSatisfying(note -> assertThat(note.verified()).contains("the loss of 1 was accepted"));
    }

    @Test
    void withNobodyToLearnFromAnAcceptedLossForgetsItsPlaces() {
        shard.emptied(SECOND)
                .down(FIRST)
                .known(SECOND, "202401_7_7_0")
                .asked(1, true)
                .was(SECOND, ReplacementPhase.RestoringSchema, "Schema");

        assertThat(shard.judge(SECOND).actions()).hasExactlyElementsOfTypes(ForgetBlocks.class, ForgetReplica.class);
    }

    // What volumes leave behind in ZooKeeper

    @Test
    void whoIsLetInAfterItsVolumeWasLostIsLookedAtOnceMore() {
        shard.outside(SECOND).was(SECOND, ReplacementPhase.CatchingUp, "Behind");

        var verdict = shard.judge(SECOND);
        assertThat(verdict.actions()).hasOnlyElementsOfType(Admit.class).hasSize(1);
        assertThat(verdict.phase()).isEqualTo(ReplacementPhase.InService);
        assertThat(verdict.isSettled()).isFalse();
    }

    @Test
    void whatAVolumeLeftIsForgottenWhenOthersHaveIt() {
        shard.known(SECOND, "202401_0_0_0").was(SECOND, ReplacementPhase.InService, "Remains");

        var announced = shard.judge(SECOND);
        assertThat(announced.reason()).isEqualTo("Forgetting");
        assertThat(announced.actions()).isEmpty();
        assertThat(announced.note())
                .hasValueSatisfying(note -> assertThat(note.verified()).contains("1 of its 1 parts", "c-0-0, c-0-1"));

        shard.was(SECOND, ReplacementPhase.InService, "Forgetting");
        assertThat(shard.judge(SECOND).actions())
                .containsExactly(new ForgetReplica(
                        SECOND,
                        registered(false, "202401_0_0_0"),
                        shard.intent().cluster().coordination()));

        shard.registrations.put(SECOND, ownPlace(true));
        assertThat(shard.judge(SECOND).isSettled()).isTrue();
    }

    @Test
    void newerServersForgetItThemselves() {
        shard.version = "26.3";
        shard.known(SECOND, "202401_0_0_0").was(SECOND, ReplacementPhase.InService, "Forgetting");

        assertThat(shard.judge(SECOND).actions())
                .containsExactly(new DropReplica(SECOND, registered(false, "202401_0_0_0"), FIRST, Dialect.of("26.3")));
    }

    @Test
    void whatAVolumeLeftStaysWhileAServerStillUsesIt() {
        shard.was(SECOND, ReplacementPhase.InService, "Forgetting")
                .registrations
                .put(SECOND, new Registration.Known(List.of(registered(true, "202401_0_0_0")), 1));

        assertThat(shard.judge(SECOND).actions()).isEmpty();
        assertThat(holds(shard.judge(SECOND))).containsExactly(HoldReason.ReplicaActiveElsewhere);
    }

    @Test
    void whatAVolumeLeftStaysWhileItTellsOfALoss() {
        shard.known(SECOND, "202401_7_7_0").was(SECOND, ReplacementPhase.InService, "Forgetting");

        assertThat(shard.judge(SECOND).phase()).isEqualTo(ReplacementPhase.InService);
        assertThat(shard.judge(SECOND).actions()).isEmpty();
        assertThat(holds(shard.judge(SECOND))).containsExactly(HoldReason.LastGoodCopy);
    }

    @Test
    void whatAVolumeLeftStaysWhileAReplicaIsMadeThatMayBeACopyOfIt() {
        shard.known(SECOND, "202401_0_0_0")
                .was(SECOND, ReplacementPhase.InService, "Forgetting")
                .was(FIRST, ReplacementPhase.RestoringSchema, "Schema");

        assertThat(shard.judge(SECOND).actions()).isEmpty();
        assertThat(shard.judge(SECOND).isSettled()).isFalse();
    }

    @Test
    void nothingIsForgottenWhileZooKeeperIsSilent() {
        shard.was(SECOND, ReplacementPhase.InService, "Forgetting")
                .registrations
                .put(SECOND, new Registration.Unknown("refused"));

        assertThat(shard.judge(SECOND).actions()).isEmpty();
        assertThat(shard.judge(SECOND).isSettled()).isFalse();
    }

    @Test
    void anAcceptedLossMayBeInsertedAgain() {
        shard.known(SECOND, "202401_7_7_0").asked(1, true).was(SECOND, ReplacementPhase.InService, "Forgetting");
        shard.volumes.put(SECOND, new Volume.Claimed("newer claim", false, false, Optional.empty()));

        assertThat(shard.judge(SECOND).actions()).hasExactlyElementsOfTypes(ForgetBlocks.class, ForgetReplica.class);
    }

    @Test
    void aNewHostOfAShardWithoutRowsGetsItsTablesWhileItIsListed() {
        shard.emptied(SECOND).answers.put(FIRST, said(parts()));
        shard.registrations.put(SECOND, new Registration.Known(List.of(), 1));
        shard.listings.add(Set.of(FIRST.peersDnsName(), SECOND.peersDnsName()));

        assertThat(shard.judge(SECOND).phase()).isEqualTo(ReplacementPhase.Starting);
        assertThat(shard.judge(SECOND).actions())
                .hasOnlyElementsOfType(CreateDatabase.class)
                .hasSize(1);
    }

    @Test
    void aNewShardGetsTheSchemaOfAnother() {
        shard.emptied(FIRST).emptied(SECOND);
        shard.elsewhere = Optional.of(said(parts("202401_0_0_0")));
        shard.registrations.put(FIRST, new Registration.Known(List.of(), 0));

        assertThat(shard.judge(FIRST).actions())
                .hasOnlyElementsOfType(CreateDatabase.class)
                .hasSize(1);
    }

    /** ScalingE2E: of two Tables one had been made on the new host, which was let in, and read from, without the other. */
    @Test
    void aNewShardWithSomeTablesGetsTheOthersOfAnother() {
        var view = new TableId("nyc", "v");
        shard.outside(FIRST).emptied(SECOND).answers.put(FIRST, said(parts()));
        shard.elsewhere =
                Optional.of(Replicas.and(said(parts("202401_0_0_0")), view, "View", "CREATE VIEW nyc.v AS SELECT 1"));
        shard.registrations.put(FIRST, new Registration.Known(List.of(), 0));

        var begun = shard.judge(FIRST);
        assertThat(begun.phase()).isEqualTo(ReplacementPhase.Starting);
        assertThat(begun.message()).contains("nyc.v");
        assertThat(begun.actions()).isEmpty();
        assertThat(shard.was(FIRST, begun.phase(), begun.reason()).judge(FIRST).actions())
                .hasOnlyElementsOfType(RestoreTable.class);
    }

    @Test
    void nobodyIsLetIntoANewShardWhileOthersDoNotSayWhatTablesThereAre() {
        shard.outside(FIRST).emptied(SECOND).answers.put(FIRST, said(parts()));
        shard.elsewhere = Optional.of(new Answer.Silent("timed out"));
        shard.registrations.put(FIRST, new Registration.Known(List.of(), 0));

        assertThat(shard.judge(FIRST).reason()).isEqualTo("PeersAway");
        assertThat(shard.judge(FIRST).message()).contains("timed out");
        assertThat(shard.judge(FIRST).actions()).isEmpty();
    }

    @Test
    void aNewShardGetsNoTableOfAMoveToAnother() {
        var moved = new TableId("nyc", "_move_1a2b");
        shard.outside(FIRST).emptied(SECOND).answers.put(FIRST, said(parts()));
        shard.elsewhere = Optional.of(Replicas.and(said(parts()), moved, "MergeTree", "CREATE TABLE nyc._move_1a2b"));

        assertThat(shard.judge(FIRST).actions()).hasOnlyElementsOfType(Admit.class);
    }

    // Whose volume is given up

    @Test
    void aRestartIsNoLoss() {
        shard.down(SECOND).onNode(SECOND, new Node("n2", Optional.empty(), false, false));

        assertThat(shard.judge(SECOND).phase()).isEqualTo(ReplacementPhase.Starting);
        assertThat(ReplacementPlanner.plan(shard.judge()).converged()).isTrue();
    }

    @Test
    void aNodeThatIsAwayForAWhileIsWaitedFor() {
        shard.down(SECOND)
                .known(SECOND, "202401_0_0_0")
                .onNode(SECOND, new Node("n2", Optional.of(NOW.minusSeconds(500)), false, false));

        assertThat(shard.judge(SECOND).phase()).isEqualTo(ReplacementPhase.Starting);
        assertThat(shard.judge(SECOND).reason()).isEqualTo("NodeAway");
        assertThat(shard.judge(SECOND).actions()).isEmpty();
    }

    @Test
    void aNodeThatIsAwayForTooLongCostsTheReplicaItsVolume() {
        shard.down(SECOND).known(SECOND, "202401_0_0_0").onNode(SECOND, AWAY);

        var announced = shard.judge(SECOND);
        assertThat(announced.phase()).isEqualTo(ReplacementPhase.Replacing);
        assertThat(announced.actions()).isEmpty();
        assertThat(announced.note()).isPresent();

        shard.was(SECOND, ReplacementPhase.Replacing, "NodeAway");
        assertThat(shard.judge(SECOND).actions())
                .containsExactly(new DeleteClaim(SECOND, "claim"), new DeletePod(SECOND, "uid of c-0-1", true));
    }

    /** Its pod says to the end that its containers are ready. */
    @Test
    void aHostThatFellSilentWithItsNodeIsLostLikeOneThatIsDown() {
        shard.answers.put(SECOND, new Answer.Silent("timed out"));
        shard.known(SECOND, "202401_0_0_0").onNode(SECOND, AWAY);

        assertThat(shard.judge(SECOND).phase()).as("fenced first").isEqualTo(ReplacementPhase.Lost);
        assertThat(shard.judge(SECOND).actions())
                .hasOnlyElementsOfType(Fence.class)
                .hasSize(1);
    }

    @Test
    void aSilentHostVouchesForNobody() {
        shard.answers.put(FIRST, new Answer.Silent("timed out"));
        shard.down(SECOND).known(SECOND).onNode(SECOND, AWAY);

        assertThat(shard.judge(SECOND).actions()).isEmpty();
        assertThat(holds(shard.judge(SECOND))).containsExactly(HoldReason.LastReplicaInService);
    }

    @Test
    void aNodeThatWentIsGivenTheSameTime() {
        shard.down(SECOND)
                .known(SECOND, "202401_0_0_0")
                .onNode(SECOND, new Node("n2", Optional.empty(), true, false))
                .was(SECOND, ReplacementPhase.Starting, "NodeAway");
        assertThat(shard.judge(SECOND).phase()).isEqualTo(ReplacementPhase.Starting);

        shard.after = Optional.of(Duration.ofSeconds(60));
        assertThat(shard.judge(SECOND).phase()).isEqualTo(ReplacementPhase.Replacing);
    }

    @Test
    void aVolumeThatCouldMoveWaitsForTheWordOfItsNodeOrOfAUser() {
        shard.overdue(SECOND, NOW.minusSeconds(500)).known(SECOND, "202401_0_0_0");
        assertThat(shard.judge(SECOND).reason()).isEqualTo("PodEnding");
        assertThat(shard.judge(SECOND).holds()).isEmpty();

        shard.overdue(SECOND, NOW.minusSeconds(600));
        assertThat(shard.judge(SECOND).phase()).isEqualTo(ReplacementPhase.Starting);
        assertThat(shard.judge(SECOND).actions()).isEmpty();
        assertThat(holds(shard.judge(SECOND))).containsExactly(HoldReason.NodeUnreachable);
        assertThat(shard.judge(SECOND).message())
                .contains("node node does not say", "delete its Node", "node.kubernetes.io/out-of-service");
    }

    @Test
    void whoIsBeingRebuiltIsSoStillWhenItsNodeGoes() {
        shard.down(SECOND)
                .was(SECOND, ReplacementPhase.CatchingUp, "Behind")
                .onNode(SECOND, new Node("n2", Optional.of(NOW.minusSeconds(500)), false, false));

        assertThat(shard.judge(SECOND).phase()).isEqualTo(ReplacementPhase.CatchingUp);
        assertThat(shard.judge(SECOND).reason()).isEqualTo("NodeAway");
    }

    @Test
    void zeroAsksFirst() {
        shard.after = Optional.empty();
        shard.down(SECOND).known(SECOND, "202401_0_0_0").onNode(SECOND, AWAY);

        assertThat(shard.judge(SECOND).actions()).isEmpty();
        assertThat(holds(shard.judge(SECOND))).containsExactly(HoldReason.ReplacementNeedsApproval);

        shard.asked(1, false);
        assertThat(shard.judge(SECOND).phase()).isEqualTo(ReplacementPhase.Replacing);
    }

    @Test
    void aVolumeThatNobodyElseCoversIsKept() {
        shard.down(SECOND)
                .known(SECOND, "202401_7_7_0")
                .onNode(SECOND, AWAY)
                .was(SECOND, ReplacementPhase.Replacing, "");

        assertThat(shard.judge(SECOND).actions()).isEmpty();
        assertThat(holds(shard.judge(SECOND))).containsExactly(HoldReason.LastGoodCopy);
    }

    @Test
    void aServerThatStillHasItsSessionIsNotLostWithItsNode() {
        shard.down(SECOND).onNode(SECOND, AWAY).was(SECOND, ReplacementPhase.Replacing, "NodeAway");
        shard.registrations.put(SECOND, new Registration.Known(List.of(registered(true, "202401_0_0_0")), 1));

        assertThat(shard.judge(SECOND).actions()).isEmpty();
        assertThat(holds(shard.judge(SECOND))).containsExactly(HoldReason.ReplicaActiveElsewhere);
    }

    @Test
    void unknownIsNoPermission() {
        shard.down(SECOND).onNode(SECOND, AWAY).was(SECOND, ReplacementPhase.Replacing, "NodeAway");
        assertThat(shard.judge(SECOND).actions()).as("ZooKeeper was not asked").isEmpty();

        shard.known(SECOND, "202401_0_0_0").volumes.put(SECOND, new Volume.Unknown("forbidden"));
        assertThat(shard.judge(SECOND).actions()).as("the node is not known").isEmpty();
    }

    @Test
    void theLastReplicaIsNeverReplaced() {
        shard.down(SECOND).asked(0, true);

        var verdict = shard.judge(FIRST);
        assertThat(verdict.phase()).isEqualTo(ReplacementPhase.InService);
        assertThat(verdict.actions()).isEmpty();
        assertThat(holds(verdict)).containsExactly(HoldReason.LastReplicaInService);
    }

    @Test
    void aReplicaThatServesIsReplacedInOrder() {
        shard.asked(1, false).known(SECOND, "202401_0_0_0");
        assertThat(shard.judge(SECOND).actions())
                .hasOnlyElementsOfType(Fence.class)
                .hasSize(1);

        shard.outside(SECOND).was(SECOND, ReplacementPhase.Lost, "Asked");
        shard.listings.add(Set.of(FIRST.peersDnsName(), SECOND.peersDnsName()));
        assertThat(shard.judge(SECOND).actions()).isEmpty();

        shard.listings.clear();
        assertThat(shard.judge(SECOND).reason()).isEqualTo("PassingOn");
        assertThat(shard.judge(SECOND).quiet()).isTrue();

        shard.quiet(SECOND, Duration.ofSeconds(40));
        assertThat(shard.judge(SECOND).phase()).isEqualTo(ReplacementPhase.Replacing);
        assertThat(shard.judge(SECOND).note())
                .hasValueSatisfying(note -> assertThat(note.verified()).contains("not replicated holds rows"));
        shard.before.computeIfPresent(
                SECOND,
                (any, was) -> new Before(
                        Optional.of(ReplacementPhase.Replacing),
                        "Asked",
                        was.since(),
                        was.refused(),
                        was.quiet(),
                        was.limit()));
        assertThat(shard.judge(SECOND).quiet()).as("until the last moment").isTrue();
        assertThat(shard.judge(SECOND).actions())
                .containsExactly(new DeleteClaim(SECOND, "claim"), new DeletePod(SECOND, "uid of c-0-1", false));
    }

    @Test
    void aReplicaThatServesGoesOnWhileItMayBeTheLastToHaveSomething() {
        shard.asked(1, false);
        assertThat(shard.judge(SECOND).actions()).as("ZooKeeper was not asked").isEmpty();

        shard.known(SECOND, "202401_7_7_0");
        assertThat(shard.judge(SECOND).actions()).isEmpty();
        assertThat(shard.judge(SECOND).phase()).isEqualTo(ReplacementPhase.InService);
        assertThat(holds(shard.judge(SECOND))).containsExactly(HoldReason.LastGoodCopy);
    }

    @Test
    void whatCannotBeSearchedIsToldInAHold() {
        shard.asked(1, false).registrations.put(SECOND, new Registration.Unknown("more than 20000 znodes", true));

        assertThat(shard.judge(SECOND).actions()).isEmpty();
        assertThat(holds(shard.judge(SECOND))).containsExactly(HoldReason.CoordinationTooLarge);
        assertThat(shard.judge(SECOND).message()).contains("20000");
    }

    @Test
    void aReplicaWithRowsOfItsOwnGoesOnToServeThem() {
        shard.asked(1, false).known(SECOND, "202401_0_0_0").own.put(SECOND, List.of("nyc.notes"));

        var verdict = shard.judge(SECOND);
        assertThat(verdict.phase()).isEqualTo(ReplacementPhase.InService);
        assertThat(verdict.actions()).isEmpty();
        assertThat(verdict.holds()).singleElement().satisfies(hold -> {
            assertThat(hold.reason()).isEqualTo(HoldReason.RowsOfItsOwn);
            assertThat(hold.message()).contains("nyc.notes", "acceptDataLoss");
        });
    }

    @Test
    void rowsOfItsOwnThatCameLateKeepItsVolume() {
        shard.asked(1, false).known(SECOND, "202401_0_0_0").quiet(SECOND, Duration.ofSeconds(40));
        shard.own.put(SECOND, List.of("nyc.notes"));

        assertThat(shard.judge(SECOND).actions()).isEmpty();
        assertThat(shard.judge(SECOND).phase()).isEqualTo(ReplacementPhase.Lost);
        assertThat(holds(shard.judge(SECOND))).containsExactly(HoldReason.RowsOfItsOwn);
    }

    @Test
    void aHostThatCannotBeAskedWhatItHasKeepsItsVolume() {
        shard.asked(1, false).known(SECOND, "202401_0_0_0").down(SECOND);
        assertThat(shard.judge(SECOND).actions()).isEmpty();
        assertThat(holds(shard.judge(SECOND))).containsExactly(HoldReason.HostUnreachable);

        shard.requests.clear();
        shard.asked(1, true);
        assertThat(shard.judge(SECOND).phase()).isEqualTo(ReplacementPhase.Replacing);
    }

    @Test
    void itIsNotAskedForRowsOfItsOwnWhenTheirLossIsAccepted() {
        shard.asked(1, true).known(SECOND, "202401_0_0_0").outside(SECOND);
        shard.own.put(SECOND, List.of("nyc.notes"));

        assertThat(shard.judge(SECOND).phase()).isEqualTo(ReplacementPhase.Replacing);
    }

    @Test
    void aReplicaKeepsItsVolumeWhileRowsMayWaitOnIt() {
        shard.asked(1, false).known(SECOND, "202401_0_0_0").quiet(SECOND, Duration.ofSeconds(39));
        assertThat(shard.judge(SECOND).actions()).isEmpty();
        assertThat(shard.judge(SECOND).reason()).isEqualTo("PassingOn");

        shard.quiet(SECOND, Duration.ofSeconds(40)).unservedShards.add(1);
        assertThat(shard.judge(SECOND).quiet()).as("nobody takes what it sends").isFalse();
        assertThat(shard.judge(SECOND).actions()).isEmpty();
        assertThat(holds(shard.judge(SECOND))).containsExactly(HoldReason.StillInUse);

        shard.unservedShards.clear();
        shard.listings.add(Set.of(SECOND.peersDnsName()));
        assertThat(shard.judge(SECOND).quiet()).as("another sends to it").isFalse();
    }

    @Test
    void ofTwoThatAreAskedForOneGoesFirst() {
        shard.asked(0, false).asked(1, false).known(FIRST, "202401_0_0_0").known(SECOND, "202401_0_0_0");

        assertThat(shard.judge(FIRST).actions())
                .hasOnlyElementsOfType(Fence.class)
                .hasSize(1);
        assertThat(shard.judge(SECOND).actions()).isEmpty();
        assertThat(shard.judge(SECOND).phase()).isEqualTo(ReplacementPhase.InService);
    }

    @Test
    void oneThatIsAskedForVouchesForAPeerThatLostItsVolume() {
        shard.asked(0, false)
                .known(SECOND, "202401_0_0_0")
                .down(SECOND)
                .was(SECOND, ReplacementPhase.Replacing, "VolumeGone");
        shard.volumes.put(SECOND, new Volume.Claimed("claim", false, true, Optional.empty()));

        assertThat(shard.judge(FIRST).actions()).as("nobody else serves").isEmpty();
        assertThat(shard.judge(SECOND).actions())
                .containsExactly(new DeleteClaim(SECOND, "claim"), new DeletePod(SECOND, "uid of c-0-1", false));
    }

    @Test
    void oneThatLeavesMayGoThoughThePeerThatStaysIsAskedFor() {
        shard.asked(0, false).known(FIRST, "202401_0_0_0").leaving(SECOND);

        assertThat(shard.judge(FIRST).actions()).as("nobody else stays").isEmpty();
        assertThat(shard.judge(SECOND).actions())
                .hasOnlyElementsOfType(Fence.class)
                .hasSize(1);
    }

    @Test
    void whatLeavesIsNotMadeAnewFirst() {
        shard.asked(0, false).leaving(FIRST).leaving(SECOND);

        assertThat(shard.judge(FIRST).actions())
                .hasOnlyElementsOfType(Fence.class)
                .hasSize(1);
    }

    @Test
    void aFencedReplicaServesAgainWhenItsPeerFails() {
        shard.asked(1, false)
                .known(SECOND, "202401_0_0_0")
                .outside(SECOND)
                .down(FIRST)
                .was(SECOND, ReplacementPhase.Lost, "Asked");

        assertThat(shard.judge(SECOND).actions())
                .hasOnlyElementsOfType(Admit.class)
                .hasSize(1);
    }

    @Test
    void aServerWhoseClaimIsBeingDeletedIsReplacedWhileItRuns() {
        shard.known(SECOND, "202401_0_0_0");
        shard.volumes.put(SECOND, new Volume.Claimed("claim", true, false, Optional.empty()));
        assertThat(shard.judge(SECOND).reason()).isEqualTo("VolumeGoing");
        assertThat(shard.judge(SECOND).actions())
                .hasOnlyElementsOfType(Fence.class)
                .hasSize(1);

        shard.outside(SECOND).was(SECOND, ReplacementPhase.Replacing, "VolumeGoing");
        assertThat(shard.judge(SECOND).actions()).containsExactly(new DeletePod(SECOND, "uid of c-0-1", false));
    }

    @Test
    void aVolumeThatIsNewIsNotGivenUpAgain() {
        shard.asked(1, false).known(SECOND, "202401_0_0_0");
        shard.volumes.put(SECOND, new Volume.Claimed("newer claim", false, false, Optional.empty()));

        assertThat(shard.judge(SECOND).actions()).isEmpty();
        assertThat(shard.judge(SECOND).phase()).isEqualTo(ReplacementPhase.InService);
    }

    @Test
    void aDrainedNodesReplicaIsReplacedOnRequestOnly() {
        var drained = new Node("n2", Optional.empty(), false, true);
        shard.down(SECOND).known(SECOND, "202401_0_0_0").onNode(SECOND, drained);
        shard.pods.put(SECOND, Replicas.pod(SECOND, false, "", Optional.empty(), ""));

        assertThat(shard.judge(SECOND).phase()).isEqualTo(ReplacementPhase.Starting);
        assertThat(holds(shard.judge(SECOND))).containsExactly(HoldReason.ReplacementNeedsApproval);
        assertThat(shard.judge(SECOND).message()).contains("n2", "uncordon", "onDrain");

        shard.onDrain = true;
        assertThat(shard.judge(SECOND).phase()).isEqualTo(ReplacementPhase.Replacing);
    }

    @Test
    void aDrainedNodesReplicaThatMayHaveRowsOfItsOwnKeepsItsVolume() {
        shard.onDrain = true;
        shard.down(SECOND).known(SECOND, "202401_0_0_0").onNode(SECOND, new Node("n2", Optional.empty(), false, true));
        shard.pods.put(SECOND, Replicas.pod(SECOND, false, "", Optional.empty(), ""));
        shard.answers.put(
                FIRST,
                Replicas.and(said(parts("202401_0_0_0")), new HostContents.TableId("nyc", "notes"), "MergeTree", ""));

        assertThat(shard.judge(SECOND).actions()).isEmpty();
        assertThat(holds(shard.judge(SECOND))).containsExactly(HoldReason.HostUnreachable);
        assertThat(shard.judge(SECOND).message()).contains("nyc.notes", "uncordon", "acceptDataLoss");

        shard.asked(1, true);
        assertThat(shard.judge(SECOND).phase()).isEqualTo(ReplacementPhase.Replacing);
    }

    @Test
    void aPodThatWaitsForItsNewVolumeIsLeftAlone() {
        shard.down(SECOND).known(SECOND, "202401_0_0_0").was(SECOND, ReplacementPhase.Replacing, "NodeAway");
        shard.pods.put(SECOND, Replicas.pod(SECOND, false, "", Optional.empty(), ""));
        shard.volumes.put(SECOND, new Volume.Claimed("claim", true, false, Optional.of(AWAY)));

        assertThat(shard.judge(SECOND).actions()).isEmpty();
    }

    /** As after its tables were lost, and nothing else. */
    private Replicas withDatabaseAlone(Host host) {
        shard.outside(host).answers.put(host, Replicas.without(Replicas.NAME, true));
        return shard;
    }

    private static Registration ownPlace(boolean active) {
        return new Registration.Known(List.of(registered(Replicas.NAME.value(), active, "202401_0_0_0")), 1);
    }

    private static List<HoldReason> holds(Verdict verdict) {
        return verdict.holds().stream().map(Hold::reason).toList();
    }
}
