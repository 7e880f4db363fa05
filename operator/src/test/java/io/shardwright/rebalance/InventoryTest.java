package io.shardwright.rebalance;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardwright.clickhouse.Dialect;
import io.shardwright.clickhouse.HostSnapshot.TableName;
import io.shardwright.crds.LeftAlone;
import io.shardwright.crds.MovePhase;
import io.shardwright.plan.Hold;
import io.shardwright.plan.HoldReason;
import io.shardwright.rebalance.HostParts.Partition;
import io.shardwright.rebalance.HostParts.PartitionName;
import io.shardwright.topology.ClusterRef;
import io.shardwright.topology.Host;
import io.shardwright.topology.Layout;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class InventoryTest {
    private static final TableName A = new TableName("nyc", "a");
    private static final TableName B = new TableName("nyc", "b");
    private static final Layout LAYOUT = Layout.of(new ClusterRef("ns", "c", "cluster.local"), new Layout.Size(2, 2));
    private static final long VOLUME = 10_000;

    private Set<Integer> drain = Set.of();
    private RebalanceIntent.Tables tables = RebalanceIntent.Tables.ALL;
    private Set<TableName> keyed = Set.of();
    private List<CurrentMove> current = List.of();

    @Test
    void countsWhatCanBeMovedAndHowUneven() {
        var inventory = take(shard(0, of(A, "p1", 600), of(A, "p2", 200)), shard(1, of(A, "p3", 200)));

        assertThat(inventory.isComplete()).isTrue();
        assertThat(inventory.units().keySet()).extracting(Unit::bytes).containsExactlyInAnyOrder(600L, 200L, 200L);
        assertThat(inventory.imbalancePercent()).isEqualTo(60);
        assertThat(inventory.spaces()).extracting(ShardSpace::freeBytes).containsExactly(8_200L, 8_800L);
        assertThat(inventory.leftAlone()).isEmpty();
    }

    @Test
    void leavesAloneWhatMustStay() {
        keyed = Set.of(A);
        tables = new RebalanceIntent.Tables(List.of(), List.of("nyc.b"), List.of());

        var inventory = take(shard(0, of(A, "p1", 600), of(B, "p1", 100)), shard(1));

        assertThat(inventory.units()).isEmpty();
        assertThat(reasons(inventory)).containsExactly("nyc.a Keyed", "nyc.b Excluded");
        assertThat(inventory.spaces().getFirst().fixedBytes()).isEqualTo(700);
    }

    @Test
    void leavesAloneWhatIsNotQuiet() {
        var inventory = take(
                List.of(
                        host(0, 0, Set.of(name(A, "p2")), of(A, "p1", 100, 5), of(A, "p2", 100, 60)),
                        host(0, 1, Set.of(), of(A, "p1", 100, 60), of(A, "p2", 100, 60))),
                shard(1));

        assertThat(inventory.units()).isEmpty();
        assertThat(reasons(inventory)).containsExactly("nyc.a BeingWritten", "nyc.a Busy");
    }

    @Test
    void leavesAloneWhatReplicasDoNotAgreeOn() {
        var inventory = take(List.of(host(0, 0, Set.of(), of(A, "p1", 100, 60)), host(0, 1, Set.of())), shard(1));

        assertThat(reasons(inventory)).containsExactly("nyc.a ReplicasDiffer");
    }

    @Test
    void takesNothingFromAShardOfWhichAReplicaIsSilent() {
        var inventory = take(
                List.of(
                        host(0, 0, Set.of(), of(A, "p1", 100, 60)),
                        new HostParts.Unknown(at(0, 1), "connection refused")),
                shard(1));

        assertThat(inventory.isComplete()).isTrue();
        assertThat(reasons(inventory)).containsExactly("nyc.a HostUnreachable");
        assertThat(inventory.holds()).singleElement().satisfies(hold -> {
            assertThat(hold.reason()).isEqualTo(HoldReason.HostUnreachable);
            assertThat(hold.message()).contains("connection refused");
        });
        assertThat(inventory.spaces().getFirst().freeBytes()).isZero();
    }

    @Test
    void isIncompleteWithoutAnyReplicaOfAShard() {
        var silent = LAYOUT.hostsOf(0).stream()
                .<HostParts>map(host -> new HostParts.Unknown(host, "away"))
                .toList();

        assertThat(take(silent, shard(1)).isComplete()).isFalse();
    }

    @Test
    void keepsTogetherWhatBelongsTogether() {
        tables = new RebalanceIntent.Tables(List.of(), List.of(), List.of(List.of(A, B)));

        var inventory = take(shard(0, of(A, "p1", 600), of(B, "p1", 100)), shard(1));

        assertThat(inventory.units().keySet()).singleElement().satisfies(unit -> assertThat(unit.bytes())
                .isEqualTo(700));
    }

    @Test
    void leavesAGroupAloneOfWhichOneIsHeldUp() {
        tables = new RebalanceIntent.Tables(List.of(), List.of(), List.of(List.of(A, B)));
        keyed = Set.of(B);

        var inventory = take(shard(0, of(A, "p1", 600), of(B, "p1", 100)), shard(1));

        assertThat(inventory.units()).isEmpty();
        assertThat(reasons(inventory)).containsExactly("nyc.a InTheGroup", "nyc.b Keyed");
    }

    @Test
    void saysWhatKeepsADrainedShardFromBeingEmpty() {
        drain = Set.of(0);
        keyed = Set.of(A);

        var inventory = take(shard(0, of(A, "p1", 600)), shard(1));

        assertThat(inventory.spaces().getFirst().isDrained()).isTrue();
        assertThat(inventory.holds()).extracting(Hold::reason).containsExactly(HoldReason.CannotBeMoved);
    }

    @Test
    void countsWhatIsOnItsWayWhereItGoes() {
        current = List.of(new CurrentMove(
                new Move("id", A, "p1", 0, 1), MovePhase.Turning, 600, 1, 1, Mark.NONE, "since", ReadSide.ALL));

        var inventory = take(shard(0, of(A, "p1", 600), of(A, "p2", 100)), shard(1));

        assertThat(inventory.units().keySet()).extracting(Unit::partition).containsExactly("p2");
        assertThat(inventory.spaces()).extracting(ShardSpace::fixedBytes).containsExactly(0L, 600L);
    }

    private Inventory take(List<HostParts> first, List<HostParts> second) {
        var intent = new RebalanceIntent(
                "ns",
                "even",
                "uid",
                "c",
                false,
                false,
                drain,
                Map.of(),
                10,
                tables,
                OptionalLong.empty(),
                1,
                Optional.empty(),
                false);
        var cluster = new ClusterFacts(
                LAYOUT, Set.copyOf(LAYOUT.hosts()), Set.of(), VOLUME, Dialect.of("18.16.1"), Optional.empty());
        var hosts = new ArrayList<>(first);
        hosts.addAll(second);
        return Inventory.of(intent, cluster, hosts, keyed, current);
    }

    private static List<String> reasons(Inventory inventory) {
        return inventory.leftAlone().stream()
                .map((LeftAlone left) -> left.table() + " " + left.reason())
                .toList();
    }

    private static List<HostParts> shard(int shard, Partition... partitions) {
        return List.of(host(shard, 0, Set.of(), partitions), host(shard, 1, Set.of(), partitions));
    }

    private static HostParts host(int shard, int replica, Set<PartitionName> busy, Partition... partitions) {
        return new HostParts.Known(
                at(shard, replica),
                Set.of(A, B),
                Set.of(),
                List.of(partitions),
                busy,
                Map.of(),
                Stream.of(partitions).mapToLong(Partition::bytes).sum(),
                OptionalLong.empty());
    }

    private static Host at(int shard, int replica) {
        return new Host(LAYOUT.cluster(), shard, replica);
    }

    private static PartitionName name(TableName table, String partition) {
        return new PartitionName(table, partition);
    }

    private static Partition of(TableName table, String partition, long bytes) {
        return of(table, partition, bytes, 1_000);
    }

    private static Partition of(TableName table, String partition, long bytes, long quietSeconds) {
        return new Partition(name(table, partition), bytes / 10, bytes, quietSeconds);
    }
}
