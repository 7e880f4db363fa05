package io.shardwright.scaling;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.shardwright.crds.ClickHouseClusterStatus;
import io.shardwright.crds.LeavingPhase;
import io.shardwright.crds.LeavingShardPhase;
import io.shardwright.plan.Hold;
import io.shardwright.plan.HoldReason;
import io.shardwright.scaling.ScalingObserved.Answer;
import io.shardwright.scaling.ScalingObserved.Backing;
import io.shardwright.scaling.ScalingObserved.Departure;
import io.shardwright.scaling.ScalingObserved.Registration;
import io.shardwright.scaling.ScalingObserved.StandingRebalance;
import io.shardwright.scaling.ScalingObserved.Table;
import io.shardwright.topology.ClusterRef;
import io.shardwright.topology.Host;
import io.shardwright.topology.Layout;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

final class ScalingPlannerTest {
    private static final ClusterRef CLUSTER = new ClusterRef("ns", "c", "cluster.local");
    private static final Instant NOW = Instant.parse("2024-06-01T12:00:00Z");
    private static final Instant LONG_AGO = NOW.minusSeconds(60);
    private static final Table TABLE = new Table("nyc", "flights");

    private final TreeSet<Host> standing = new TreeSet<>();
    private final TreeMap<Host, Departure<LeavingPhase>> departures = new TreeMap<>();
    private final TreeMap<Integer, Departure<LeavingShardPhase>> shardDepartures = new TreeMap<>();
    private final Set<Host> inService = new HashSet<>();
    private final Map<Host, Answer> answers = new HashMap<>();
    private final Map<Host, Backing> backing = new HashMap<>();
    private final Map<Host, Registration> registrations = new HashMap<>();
    private final Map<Host, Instant> quietSince = new HashMap<>();
    private final Map<Integer, Instant> quietShardsSince = new HashMap<>();
    private final Set<Integer> withoutWeight = new HashSet<>();
    private final List<StandingRebalance> rebalances = new ArrayList<>();
    private final Set<String> removeFirst = new HashSet<>();
    private Optional<Integer> balanced = Optional.empty();

    @Test
    void nothingIsToBeDoneForWhatIsAsItShouldBe() {
        standing(2, 2);

        var decision = plan(2, 2);

        assertThat(decision.plan().converged()).isTrue();
        assertThat(decision.departures()).isEmpty();
        assertThat(decision.balancedShards()).contains(2);
    }

    @Test
    void theHighestReplicaLeavesUnlessAnotherIsNamedOrOutOfService() {
        standing(1, 3);
        assertThat(plan(1, 2).departures()).containsOnlyKeys(host(0, 2));

        inService.remove(host(0, 1));
        assertThat(plan(1, 2).departures()).containsOnlyKeys(host(0, 1));

        removeFirst.add("c-0-0");
        assertThat(plan(1, 2).departures()).containsOnlyKeys(host(0, 0));
    }

    @Test
    void theLastReplicaInServiceStays() {
        standing(1, 2);
        inService.remove(host(0, 0));
        removeFirst.add("c-0-1");

        var decision = plan(1, 1);

        assertThat(decision.departures()).isEmpty();
        assertThat(reasons(decision)).containsExactly(HoldReason.LastReplicaInService);
    }

    @Test
    void nothingIsDroppedWhileAServerListsIt() {
        fenced();
        answers.put(host(0, 0), said(1, host(0, 0), host(0, 1)));

        var decision = plan(1, 1);

        assertThat(decision.departures().get(host(0, 1)).phase()).isEqualTo(LeavingPhase.Draining);
        assertThat(decision.plan().actions()).isEmpty();
    }

    @Test
    void nothingIsDroppedWhileAServerDoesNotSayWhomItLists() {
        fenced();
        answers.put(host(0, 0), new Answer.Unknown("no answer"));

        assertThat(plan(1, 1).departures().get(host(0, 1)).phase()).isEqualTo(LeavingPhase.Draining);
    }

    @Test
    void nothingIsDroppedBeforeItsPeersHaveAll() {
        fenced();
        backing.put(host(0, 1), new Backing.Incomplete("1 of its 5 parts"));
        assertThat(reasons(plan(1, 1))).containsExactly(HoldReason.LastGoodCopy);

        backing.put(host(0, 1), new Backing.Unknown("ZooKeeper is away"));
        assertThat(reasons(plan(1, 1))).containsExactly(HoldReason.LastGoodCopy);
    }

    @Test
    void rowsOfItsOwnKeepAHost() {
        fenced();
        answers.put(host(0, 1), new Answer.Said(Set.of(), Set.of(), 1, 1, List.of(TABLE), List.of("nyc.notes")));

        var decision = plan(1, 1);

        assertThat(reasons(decision)).containsExactly(HoldReason.RowsOfItsOwn);
        assertThat(decision.plan().holds().getFirst().message()).contains("nyc.notes");
    }

    @Test
    void itIsToldBeforeAnythingIsDropped() {
        fenced();

        var decision = plan(1, 1);

        assertThat(decision.departures().get(host(0, 1)).phase()).isEqualTo(LeavingPhase.Dropping);
        assertThat(decision.plan().actions()).isEmpty();
        assertThat(decision.milestones()).singleElement().satisfies(milestone -> assertThat(milestone.verified())
                .contains("all parts"));

        departures.putAll(decision.departures());
        assertThat(plan(1, 1).plan().actions()).containsExactly(new ScalingAction.DropTable(host(0, 1), TABLE));
    }

    @Test
    void oneThatComesBackAfterItWasDecidedPassesOnItsRowsFirst() {
        fenced();
        removeFirst.add(host(0, 1).name());
        answers.put(host(0, 1), new Answer.Down());
        departures.putAll(plan(1, 1).departures());
        assertThat(departures.get(host(0, 1)).phase()).isEqualTo(LeavingPhase.Dropping);

        answers.put(host(0, 1), said(1, host(0, 0)));
        quietSince.clear();
        assertThat(plan(1, 1).plan().actions()).isEmpty();
        assertThat(plan(1, 1).plan().holds()).singleElement().satisfies(hold -> assertThat(hold.message())
                .contains("gets 40 s to pass on rows"));

        quietSince.put(host(0, 1), LONG_AGO);
        assertThat(plan(1, 1).plan().actions()).containsExactly(new ScalingAction.DropTable(host(0, 1), TABLE));
    }

    @Test
    void aMindThatChangesInTimeTakesItBackAndLaterDoesNot() {
        fenced();
        assertThat(plan(1, 2).departures()).isEmpty();

        departures.put(host(0, 1), new Departure<>(LeavingPhase.Dropping, LONG_AGO));
        assertThat(plan(1, 2).departures()).containsOnlyKeys(host(0, 1));
    }

    @Test
    void itIsReleasedWhenItHoldsNothingAndNobodyKnowsIt() {
        fenced();
        departures.put(host(0, 1), new Departure<>(LeavingPhase.Dropping, LONG_AGO));
        answers.put(host(0, 1), new Answer.Said(Set.of(), Set.of(), 0, 0, List.of(), List.of()));
        assertThat(plan(1, 1).departures().get(host(0, 1)).phase()).isEqualTo(LeavingPhase.Dropping);

        registrations.put(host(0, 1), Registration.NONE);
        assertThat(plan(1, 1).departures().get(host(0, 1)).phase()).isEqualTo(LeavingPhase.Released);
    }

    @Test
    void aShardIsEmptiedBeforeItIsFenced() {
        standing(2, 1);
        listed(host(0, 0), host(1, 0));

        var decision = plan(1, 1);

        assertThat(decision.shardDepartures().get(1).phase()).isEqualTo(LeavingShardPhase.Draining);
        assertThat(decision.departures()).isEmpty();
        assertThat(decision.plan().actions())
                .containsExactly(new ScalingAction.CreateRebalance("c-drain-1", new TreeSet<>(Set.of(1))));

        rebalances.add(new StandingRebalance("c-drain-1", Set.of(1), false));
        assertThat(plan(1, 1).plan().actions()).isEmpty();
        assertThat(plan(2, 1).plan().actions()).containsExactly(new ScalingAction.DeleteRebalance("c-drain-1"));
    }

    /** It may wait for room for as long as nobody makes some, and the other Rebalance for it. */
    @Test
    void whatFillsShardsGivesWayToWhatEmptiesOne() {
        standing(2, 1);
        listed(host(0, 0), host(1, 0));
        rebalances.add(new StandingRebalance("c-fill-2", Set.of(), false));

        assertThat(plan(1, 1).plan().actions())
                .containsExactly(
                        new ScalingAction.DeleteRebalance("c-fill-2"),
                        new ScalingAction.CreateRebalance("c-drain-1", new TreeSet<>(Set.of(1))));
        assertThat(plan(2, 1).plan().actions()).isEmpty();
    }

    @Test
    void anEmptyShardIsFencedAsAWhole() {
        standing(2, 2);
        withoutWeight.add(1);
        listed(host(0, 0), host(0, 1), host(1, 0), host(1, 1));
        answers.put(host(1, 0), said(0));
        answers.put(host(1, 1), new Answer.Unknown("no answer"));
        assertThat(plan(1, 2).shardDepartures().get(1).phase()).isEqualTo(LeavingShardPhase.Draining);

        answers.put(host(1, 1), said(0));
        quietShardsSince.put(1, LONG_AGO);
        var decision = plan(1, 2);
        assertThat(decision.shardDepartures().get(1).phase()).isEqualTo(LeavingShardPhase.Emptied);
        assertThat(decision.departures()).containsOnlyKeys(host(1, 0), host(1, 1));
    }

    /** Rows that a server could not send yet, it cannot send once the shard is listed no more. */
    @Test
    void anEmptyShardStaysListedUntilAWhileAfterTheLastServerBroughtRowsToIt() {
        standing(2, 1);
        shardDepartures.put(1, new Departure<>(LeavingShardPhase.Draining, LONG_AGO));
        listed(host(0, 0), host(1, 0));
        answers.put(host(1, 0), said(0, host(0, 0), host(1, 0)));
        quietShardsSince.put(1, LONG_AGO);
        assertThatItStaysListed("c-0-0 still brings rows to it");

        withoutWeight.add(1);
        listed(host(0, 0), host(1, 0));
        answers.put(host(1, 0), said(0, host(0, 0), host(1, 0)));
        quietShardsSince.put(1, NOW.minusSeconds(39));
        assertThatItStaysListed("40 s");
        assertThat(plan(1, 1).quietShards()).containsExactly(1);

        quietShardsSince.put(1, NOW.minusSeconds(40));
        assertThat(plan(1, 1).shardDepartures().get(1).phase()).isEqualTo(LeavingShardPhase.Emptied);

        answers.put(host(0, 0), new Answer.Down());
        assertThatItStaysListed("c-0-0 is down");
        assertThat(plan(1, 1).quietShards()).isEmpty();
    }

    private void assertThatItStaysListed(String why) {
        var decision = plan(1, 1);
        assertThat(decision.shardDepartures().get(1).phase()).isEqualTo(LeavingShardPhase.Draining);
        assertThat(decision.plan().holds()).singleElement().satisfies(hold -> {
            assertThat(hold.reason()).isEqualTo(HoldReason.StillInUse);
            assertThat(hold.message()).contains(why);
        });
    }

    @Test
    void rowsThatComeLateBringAShardBack() {
        standing(2, 1);
        shardDepartures.put(1, new Departure<>(LeavingShardPhase.Emptied, LONG_AGO));
        departures.put(host(1, 0), new Departure<>(LeavingPhase.Fenced, LONG_AGO));
        inService.remove(host(1, 0));
        listed(host(0, 0));

        var decision = plan(1, 1);

        assertThat(decision.shardDepartures().get(1).phase()).isEqualTo(LeavingShardPhase.Draining);
        assertThat(decision.departures()).isEmpty();
    }

    @Test
    void aShardThatCameIsFilledOnce() {
        standing(2, 1);
        balanced = Optional.of(1);

        var decision = plan(2, 1);
        assertThat(decision.plan().actions())
                .containsExactly(new ScalingAction.CreateRebalance("c-fill-2", new TreeSet<>()));
        assertThat(decision.balancedShards()).contains(2);

        inService.remove(host(1, 0));
        assertThat(plan(2, 1).plan().actions()).isEmpty();
    }

    /** Each writer of the status sends its own part; what it does not send is another's. */
    @Test
    void theStatusHoldsNothingOfOthers() {
        var decision = plan0();
        var status = ScalingStatusProjection.project(
                null, intent(1, 1), observed(), decision, Spells.none(), Spells.none(), List.of(), NOW);

        assertThat(new KubernetesSerialization().asJson(ClickHouseClusterStatus.of(status)))
                .contains("\"scaling\"")
                .doesNotContain("conditions", "observedGeneration");
    }

    private ScalingDecision plan0() {
        standing(1, 1);
        return plan(1, 1);
    }

    /** Two replicas of which the second has been fenced for long, and could go. */
    private void fenced() {
        standing(1, 2);
        listed(host(0, 0));
        inService.remove(host(0, 1));
        departures.put(host(0, 1), new Departure<>(LeavingPhase.Fenced, LONG_AGO));
        quietSince.put(host(0, 1), LONG_AGO);
        backing.put(host(0, 1), new Backing.Complete("all parts"));
        registrations.put(host(0, 1), Registration.ACTIVE);
    }

    private void standing(int shards, int replicas) {
        standing.addAll(Layout.of(CLUSTER, new Layout.Size(shards, replicas)).hosts());
        inService.addAll(standing);
    }

    /** Every server lists these, and holds rows. */
    private void listed(Host... hosts) {
        standing.forEach(host -> answers.put(host, said(1, hosts)));
    }

    private Answer.Said said(long rows, Host... lists) {
        var names = new HashSet<String>();
        var filled = new HashSet<String>();
        for (var host : lists) {
            names.add(host.peersDnsName());
            if (!withoutWeight.contains(host.shard())) {
                filled.add(host.peersDnsName());
            }
        }
        return new Answer.Said(names, filled, rows, rows, List.of(TABLE), List.of());
    }

    private ScalingIntent intent(int shards, int replicas) {
        return new ScalingIntent(CLUSTER, new Layout.Size(shards, replicas), removeFirst, true);
    }

    private ScalingObserved observed() {
        return new ScalingObserved(
                standing,
                departures,
                shardDepartures,
                inService,
                answers,
                backing,
                registrations,
                Set.of(),
                quietSince,
                quietShardsSince,
                rebalances,
                balanced);
    }

    private ScalingDecision plan(int shards, int replicas) {
        return ScalingPlanner.plan(intent(shards, replicas), observed(), NOW);
    }

    private static List<HoldReason> reasons(ScalingDecision decision) {
        return decision.plan().holds().stream().map(Hold::reason).toList();
    }

    private static Host host(int shard, int replica) {
        return new Host(CLUSTER, shard, replica);
    }
}
