package io.shardwright.topology;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardwright.crds.LeavingPhase;
import io.shardwright.crds.LeavingShardPhase;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

final class MembershipTest {
    private static final ClusterRef CLUSTER = new ClusterRef("ns", "c", "cluster.local");

    @Test
    void beginsWithContiguousIndexes() {
        assertThat(members(2, 2, Map.of(), Map.of(), Map.of())).isEqualTo(Map.of(0, Set.of(0, 1), 1, Set.of(0, 1)));
    }

    @Test
    void fillsTheLowestFreeIndexes() {
        assertThat(members(1, 3, Map.of(0, List.of(1, 2)), Map.of(), Map.of())).isEqualTo(Map.of(0, Set.of(0, 1, 2)));
    }

    @Test
    void keepsWhatStandsWhateverNumberIsAskedFor() {
        assertThat(members(1, 1, Map.of(0, List.of(0, 1), 1, List.of(0, 1)), Map.of(), Map.of()))
                .isEqualTo(Map.of(0, Set.of(0, 1), 1, Set.of(0, 1)));
    }

    @Test
    void takesOutWhatWasReleasedAndNothingElse() {
        var leaving = Map.of(host(0, 0), LeavingPhase.Released, host(0, 1), LeavingPhase.Dropping);

        assertThat(members(1, 1, Map.of(0, List.of(0, 1, 2)), leaving, Map.of()))
                .isEqualTo(Map.of(0, Set.of(1, 2)));
    }

    @Test
    void countsAHostThatMayBeTakenBack() {
        assertThat(members(1, 2, Map.of(0, List.of(0, 1)), Map.of(host(0, 1), LeavingPhase.Fenced), Map.of()))
                .isEqualTo(Map.of(0, Set.of(0, 1)));
    }

    @Test
    void usesAnIndexAgainOnlyWhenNothingIsLeftOfItsHost() {
        var standing = Map.of(0, List.of(0, 1));

        assertThat(members(1, 2, standing, Map.of(host(0, 1), LeavingPhase.Dropping), Map.of()))
                .isEqualTo(Map.of(0, Set.of(0, 1, 2)));
        assertThat(members(1, 2, Map.of(0, List.of(0)), Map.of(host(0, 1), LeavingPhase.Released), Map.of()))
                .isEqualTo(Map.of(0, Set.of(0, 2)));
    }

    @Test
    void letsAShardThatGoesGoBeforeItComesAgain() {
        var going = Map.of(host(1, 0), LeavingPhase.Dropping);
        var shards = Map.of(1, LeavingShardPhase.Dropping);
        var released = Map.of(host(1, 0), LeavingPhase.Released);

        assertThat(members(2, 1, Map.of(0, List.of(0), 1, List.of(0)), going, shards))
                .isEqualTo(Map.of(0, Set.of(0), 1, Set.of(0)));
        assertThat(members(2, 1, Map.of(0, List.of(0), 1, List.of(0)), released, shards))
                .isEqualTo(Map.of(0, Set.of(0)));
        assertThat(members(2, 1, Map.of(0, List.of(0)), released, Map.of())).isEqualTo(Map.of(0, Set.of(0)));
        assertThat(members(2, 1, Map.of(0, List.of(0)), Map.of(), Map.of()))
                .isEqualTo(Map.of(0, Set.of(0), 1, Set.of(0)));
    }

    private static SortedMap<Integer, SortedSet<Integer>> members(
            int shards,
            int replicas,
            Map<Integer, List<Integer>> standing,
            Map<Host, LeavingPhase> hosts,
            Map<Integer, LeavingShardPhase> leavingShards) {
        return Membership.of(
                        CLUSTER,
                        new Layout.Size(shards, replicas),
                        standing,
                        new Leaving(new TreeMap<>(hosts), new TreeMap<>(leavingShards)))
                .members();
    }

    private static Host host(int shard, int replica) {
        return new Host(CLUSTER, shard, replica);
    }
}
