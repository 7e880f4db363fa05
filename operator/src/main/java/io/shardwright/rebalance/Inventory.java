package io.shardwright.rebalance;

import io.shardwright.clickhouse.HostSnapshot.TableName;
import io.shardwright.crds.LeftAlone;
import io.shardwright.crds.MovePhase;
import io.shardwright.plan.Amounts;
import io.shardwright.plan.Hold;
import io.shardwright.plan.HoldReason;
import io.shardwright.rebalance.HostParts.Partition;
import io.shardwright.rebalance.HostParts.PartitionName;
import io.shardwright.topology.Host;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What the shards hold, and what of it can be moved.
 *
 * @param units with the partitions that each consists of
 * @param heldUp what could be moved as well if nothing were in its way that passes by itself
 * @param isComplete every shard said what it holds
 */
record Inventory(
        List<ShardSpace> spaces,
        Map<Unit, List<Content>> units,
        Map<Unit, HeldUp> heldUp,
        List<LeftAlone> leftAlone,
        List<Hold> holds,
        int imbalancePercent,
        boolean isComplete) {

    /** A partition on a shard. */
    record Content(PartitionName name, long rows, long bytes) {}

    /** What is in the way of a partition. */
    record HeldUp(Content content, Obstacle obstacle) {
        Hold hold(int shard, String until) {
            var name = content.name();
            return new Hold(
                    obstacle.reason,
                    name.table().database() + "." + name.table().table() + " " + name.partition() + " on shard "
                            + shard,
                    obstacle.why + ", and would be moved otherwise; " + until);
        }
    }

    static Inventory of(
            RebalanceIntent intent,
            ClusterFacts cluster,
            List<HostParts> hosts,
            Set<TableName> keyed,
            List<CurrentMove> current) {
        return new Taking(intent, cluster, hosts, keyed, current).take();
    }

    /** All of its shards as they would be if nothing that passes by itself were in the way of anything. */
    List<ShardSpace> spacesOfAll() {
        return spaces.stream()
                .map(space -> new ShardSpace(
                        space.shard(),
                        space.weight(),
                        space.fixedBytes() - heldUpBytes(space.shard()),
                        space.freeBytes()))
                .toList();
    }

    private long heldUpBytes(int shard) {
        return heldUp.keySet().stream()
                .filter(unit -> unit.shard() == shard)
                .mapToLong(Unit::bytes)
                .sum();
    }

    List<Unit> unitsOfAll() {
        return Stream.concat(units.keySet().stream(), heldUp.keySet().stream()).toList();
    }

    /** Why something is not moved. */
    enum Obstacle {
        Keyed(HoldReason.CannotBeMoved, "rows are where the sharding key says"),
        Excluded(HoldReason.CannotBeMoved, "the Rebalance leaves the table out"),
        NotReplicated(HoldReason.CannotBeMoved, "the table is not replicated"),
        NotEverywhere(HoldReason.TableNotReady, "the table is not on every host"),
        ReplicasDiffer(HoldReason.PeerNotReady, "the replicas do not hold the same rows yet"),
        ReadOnly(HoldReason.CoordinationUnreachable, "a replica takes no writes"),
        Busy(HoldReason.Busy, "it is being merged, mutated or fetched"),
        BeingWritten(HoldReason.BeingWritten, "it is being written to"),
        HostUnreachable(HoldReason.HostUnreachable, "a replica does not answer"),
        InTheGroup(HoldReason.MoveAhead, "a table that it stays together with is held up");

        private final HoldReason reason;
        private final String why;

        Obstacle(HoldReason reason, String why) {
            this.reason = reason;
            this.why = why;
        }

        /** It passes by itself. */
        boolean isPassing() {
            return compareTo(ReplicasDiffer) >= 0;
        }

        /** It may pass: a host that came a moment ago has its tables soon. */
        boolean mayPass() {
            return isPassing() || this == NotEverywhere;
        }
    }

    /** The taking of an inventory. */
    private static final class Taking {
        /** What was written less long ago than this is likely to be written to again. */
        private static final long QUIET_SECONDS = 30;

        /** A shard that is drained gets no new rows, but for what is under way. */
        private static final long QUIET_SECONDS_OF_DRAINED = 5;

        /** Kept free on every volume, for merges. */
        private static final double RESERVE = 0.1;

        /** At most as many of a table's partitions count as its newest. */
        private static final int NEWEST = 3;

        /** Ids of partitions by a text or a float are hashes: which is newest cannot be told. */
        private static final int HASH_LENGTH = 32;

        private final RebalanceIntent intent;
        private final ClusterFacts cluster;
        private final Set<TableName> keyed;
        private final List<CurrentMove> current;
        private final Map<Integer, List<HostParts.Known>> known = new TreeMap<>();
        private final List<Hold> holds = new ArrayList<>();
        private final Map<Integer, Long> fixed = new TreeMap<>();
        private final Map<Integer, Long> incoming = new HashMap<>();
        private final Map<Unit, List<Content>> units = new HashMap<>();
        private final Map<Unit, HeldUp> heldUp = new HashMap<>();
        private final TreeMap<String, long[]> leftAlone = new TreeMap<>();
        private final Set<TableName> everywhere = new HashSet<>();
        private final Map<TableName, Host> readOnlyOn = new HashMap<>();
        private final Map<TableName, Set<String>> newest = new HashMap<>();

        private Taking(
                RebalanceIntent intent,
                ClusterFacts cluster,
                List<HostParts> hosts,
                Set<TableName> keyed,
                List<CurrentMove> current) {
            this.intent = intent;
            this.cluster = cluster;
            this.keyed = keyed;
            this.current = current;
            cluster.layout().shards().forEach(shard -> known.put(shard, new ArrayList<>()));
            for (var host : hosts) {
                switch (host) {
                    case HostParts.Known parts -> known.get(host.host().shard()).add(parts);
                    case HostParts.Unknown(var where, var why) ->
                        holds.add(new Hold(
                                HoldReason.HostUnreachable,
                                where.name(),
                                "nothing is moved from or to its shard until it answers: " + why));
                }
            }
        }

        private Inventory take() {
            boolean isComplete = known.values().stream().noneMatch(List::isEmpty);
            findTablesEverywhere();
            findNewest();
            known.keySet().forEach(this::takeShard);
            onTheirWay().forEach(move -> {
                fixed.merge(move.move().to(), move.bytes(), Long::sum);
                incoming.merge(move.move().to(), move.bytes(), Long::sum);
            });
            var spaces = known.keySet().stream().map(this::space).toList();
            return new Inventory(spaces, units, heldUp, leftAlone(), holds, imbalance(spaces), isComplete);
        }

        /** What only has to be tidied up after is where it belongs, and counted there. */
        private List<CurrentMove> onTheirWay() {
            return current.stream()
                    .filter(move -> move.phase() != MovePhase.CleaningUp)
                    .toList();
        }

        private boolean isDrained(int shard) {
            return intent.drain().contains(shard) || cluster.draining().contains(shard);
        }

        private void findTablesEverywhere() {
            var ofReceivers = known.entrySet().stream()
                    .filter(entry -> !isDrained(entry.getKey()))
                    .flatMap(entry -> entry.getValue().stream())
                    .toList();
            known.values().stream()
                    .flatMap(List::stream)
                    .flatMap(host -> host.replicated().stream())
                    .filter(table -> ofReceivers.stream()
                            .allMatch(host -> host.replicated().contains(table)))
                    .forEach(everywhere::add);
            ofReceivers.forEach(host -> host.readOnly().forEach(table -> readOnlyOn.putIfAbsent(table, host.host())));
        }

        private void findNewest() {
            var ids = new HashMap<TableName, Set<String>>();
            known.values().stream()
                    .flatMap(List::stream)
                    .flatMap(host -> host.partitions().stream())
                    .filter(partition -> partition.name().partition().length() != HASH_LENGTH)
                    .forEach(partition -> ids.computeIfAbsent(partition.name().table(), table -> new HashSet<>())
                            .add(partition.name().partition()));
            ids.forEach((table, all) -> newest.put(
                    table,
                    all.stream()
                            .sorted(Comparator.reverseOrder())
                            .limit(Math.min(NEWEST, all.size() / 4))
                            .collect(Collectors.toSet())));
        }

        private void takeShard(int shard) {
            fixed.put(shard, 0L);
            known.get(shard).stream()
                    .flatMap(host -> host.unreplicated().entrySet().stream())
                    .sorted(Comparator.comparing(entry -> entry.getKey().toString()))
                    .forEach(entry -> leave(shard, entry.getKey(), entry.getValue(), Obstacle.NotReplicated));
            var partitions = partitionsOf(shard);
            var groups = new TreeMap<String, List<Content>>();
            for (var content : partitions.values()) {
                groups.computeIfAbsent(key(content.name()), key -> new ArrayList<>())
                        .add(content);
            }
            groups.values().forEach(group -> takeGroup(shard, group));
        }

        /** Partitions that are on their way elsewhere are not counted here any more. */
        private Map<String, Content> partitionsOf(int shard) {
            var contents = new TreeMap<String, Content>();
            for (var host : known.get(shard)) {
                for (var partition : host.partitions()) {
                    if (onTheirWay().stream().noneMatch(move -> isLeaving(move.move(), shard, partition.name()))) {
                        contents.merge(
                                partition.name().toString(),
                                new Content(partition.name(), partition.rows(), partition.bytes()),
                                (one, other) -> one.bytes() >= other.bytes() ? one : other);
                    }
                }
            }
            return contents;
        }

        private static boolean isLeaving(Move move, int shard, PartitionName partition) {
            return move.from() == shard
                    && move.table().equals(partition.table())
                    && move.partition().equals(partition.partition());
        }

        private String key(PartitionName partition) {
            return group(partition.table()) + " " + partition.partition();
        }

        private String group(TableName table) {
            return intent.tables().groupOf(table).stream()
                    .map(one -> one.database() + "." + one.table())
                    .sorted()
                    .collect(Collectors.joining("+"));
        }

        private void takeGroup(int shard, List<Content> group) {
            var obstacles = new HashMap<Content, Obstacle>();
            group.forEach(content -> obstacle(shard, content, obstacles));
            for (var content : group) {
                if (!obstacles.isEmpty()) {
                    leave(
                            shard,
                            content.name().table(),
                            content.bytes(),
                            obstacles.getOrDefault(content, Obstacle.InTheGroup));
                }
            }
            if (obstacles.isEmpty()) {
                units.put(unit(shard, group), List.copyOf(group));
            } else if (obstacles.values().stream().allMatch(Obstacle::mayPass)) {
                group.stream()
                        .filter(obstacles::containsKey)
                        .findFirst()
                        .ifPresent(
                                content -> heldUp.put(unit(shard, group), new HeldUp(content, obstacles.get(content))));
            }
        }

        private Unit unit(int shard, List<Content> group) {
            var name = group.getFirst().name();
            boolean isNewest = group.stream()
                    .anyMatch(content -> newest.getOrDefault(content.name().table(), Set.of())
                            .contains(content.name().partition()));
            return new Unit(
                    group(name.table()),
                    name.partition(),
                    shard,
                    group.stream().mapToLong(Content::bytes).sum(),
                    isNewest);
        }

        private void obstacle(int shard, Content content, Map<Content, Obstacle> obstacles) {
            var name = content.name();
            var hosts = known.get(shard);
            Obstacle obstacle = null;
            if (keyed.contains(name.table())) {
                obstacle = Obstacle.Keyed;
            } else if (!intent.tables().contain(name.table())) {
                obstacle = Obstacle.Excluded;
            } else if (!everywhere.contains(name.table())) {
                obstacle = Obstacle.NotEverywhere;
            } else if (readOnlyOn.containsKey(name.table())) {
                obstacle = Obstacle.ReadOnly;
            } else if (hosts.size() < cluster.hostsOf(shard).size()) {
                obstacle = Obstacle.HostUnreachable;
            } else if (hosts.stream().anyMatch(host -> host.busy().contains(name)) || isMoving(shard, name)) {
                obstacle = Obstacle.Busy;
            } else if (hosts.stream().anyMatch(host -> rows(host, name) != content.rows())) {
                obstacle = Obstacle.ReplicasDiffer;
            } else if (quiet(hosts, name) < (isDrained(shard) ? QUIET_SECONDS_OF_DRAINED : QUIET_SECONDS)) {
                obstacle = Obstacle.BeingWritten;
            }
            if (obstacle != null) {
                obstacles.put(content, obstacle);
            }
        }

        private boolean isMoving(int shard, PartitionName name) {
            return current.stream()
                    .anyMatch(move -> (move.move().to() == shard || move.move().from() == shard)
                            && move.move().table().equals(name.table())
                            && move.move().partition().equals(name.partition()));
        }

        private static long rows(HostParts.Known host, PartitionName name) {
            return host.partitions().stream()
                    .filter(partition -> partition.name().equals(name))
                    .mapToLong(Partition::rows)
                    .findFirst()
                    .orElse(0);
        }

        private static long quiet(List<HostParts.Known> hosts, PartitionName name) {
            return hosts.stream()
                    .flatMap(host -> host.partitions().stream())
                    .filter(partition -> partition.name().equals(name))
                    .mapToLong(Partition::quietSeconds)
                    .min()
                    .orElse(0);
        }

        private void leave(int shard, TableName table, long bytes, Obstacle obstacle) {
            fixed.merge(shard, bytes, Long::sum);
            var name = table.database() + "." + table.table();
            if (obstacle == Obstacle.ReadOnly) {
                holdUntilItTakesWrites(readOnlyOn.get(table), name);
            }
            if (isDrained(shard) && !obstacle.isPassing()) {
                holds.add(new Hold(
                        HoldReason.CannotBeMoved,
                        name,
                        "is on shard " + shard + ", which is to be emptied, and " + obstacle.why
                                + "; move its rows yourself, or drop it there"));
            }
            var sum = leftAlone.computeIfAbsent(name + " " + obstacle.name(), key -> new long[2]);
            sum[0]++;
            sum[1] += bytes;
        }

        private void holdUntilItTakesWrites(Host host, String table) {
            var hold = new Hold(
                    HoldReason.CoordinationUnreachable,
                    host.name(),
                    table + " takes no writes there; nothing of it is moved until it does");
            if (!holds.contains(hold)) {
                holds.add(hold);
            }
        }

        private List<LeftAlone> leftAlone() {
            return leftAlone.entrySet().stream()
                    .map(entry -> {
                        int space = entry.getKey().lastIndexOf(' ');
                        var obstacle = Obstacle.valueOf(entry.getKey().substring(space + 1));
                        long[] sum = entry.getValue();
                        return new LeftAlone(
                                entry.getKey().substring(0, space),
                                obstacle.name(),
                                sum[0] + " partitions, " + Amounts.bytes(sum[1]) + ": " + obstacle.why);
                    })
                    .toList();
        }

        private ShardSpace space(int shard) {
            int weight = isDrained(shard) ? 0 : intent.weights().getOrDefault(shard, RebalanceIntent.USUAL_WEIGHT);
            return new ShardSpace(shard, weight, fixed.get(shard), weight == 0 ? 0 : free(shard));
        }

        private long free(int shard) {
            if (known.get(shard).size() < cluster.hostsOf(shard).size()) {
                return 0;
            }
            long free = known.get(shard).stream()
                    .mapToLong(host -> host.freeBytes().orElse(cluster.volumeBytes() - host.usedBytes()))
                    .min()
                    .orElse(0);
            return Math.max(0, free - (long) (cluster.volumeBytes() * RESERVE) - incoming.getOrDefault(shard, 0L));
        }

        private int imbalance(List<ShardSpace> spaces) {
            var load = new TreeMap<>(fixed);
            units.keySet().forEach(unit -> load.merge(unit.shard(), unit.bytes(), Long::sum));
            double total = load.values().stream().mapToLong(Long::longValue).sum();
            double weights = spaces.stream().mapToInt(ShardSpace::weight).sum();
            return (int) spaces.stream()
                    .filter(space -> !space.isDrained() && total > 0)
                    .mapToDouble(space -> load.get(space.shard()) / (total * space.weight() / weights) * 100 - 100)
                    .max()
                    .orElse(0);
        }
    }
}
