package io.shardwright.rebalance;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Where every unit is while a plan is sought, and how good that is. Units and shards are counted by their position; what is
 * asked most is kept up to date instead of being added up.
 */
final class Placement {
    /** A shard may hold this much more of a table's newest partitions than its fair share. */
    private static final double NEWEST_SLACK = 1.25;

    private final List<ShardSpace> shards;
    private final List<Unit> units;
    private final int[] origin;
    private final int[] at;
    private final long[] limit;
    private final double[] share;
    private final long[] load;
    private final long[] received;
    private final int[] group;
    private final double[][] newestLimit;
    private final long[][] newestReceived;
    private long moved;

    Placement(List<ShardSpace> shards, List<Unit> units, int tolerancePercent) {
        this.shards = shards;
        this.units = units;
        this.limit = new long[shards.size()];
        this.share = new double[shards.size()];
        this.load = new long[shards.size()];
        this.received = new long[shards.size()];
        this.origin = new int[units.size()];
        this.group = new int[units.size()];
        placeAtOrigin();
        this.at = origin.clone();
        setLimits(tolerancePercent);
        int groups = countGroups();
        this.newestLimit = new double[groups][shards.size()];
        this.newestReceived = new long[groups][shards.size()];
        limitNewest(groups);
    }

    private void placeAtOrigin() {
        var positions = new HashMap<Integer, Integer>();
        for (int shard = 0; shard < shards.size(); shard++) {
            positions.put(shards.get(shard).shard(), shard);
            load[shard] = shards.get(shard).fixedBytes();
        }
        for (int unit = 0; unit < units.size(); unit++) {
            origin[unit] = positions.get(units.get(unit).shard());
            load[origin[unit]] += units.get(unit).bytes();
        }
    }

    /** What cannot be moved away is no reason to move anything else. */
    private void setLimits(int tolerancePercent) {
        double total = 0;
        double weights = 0;
        for (int shard = 0; shard < shards.size(); shard++) {
            total += load[shard];
            weights += shards.get(shard).weight();
        }
        for (int shard = 0; shard < shards.size(); shard++) {
            var space = shards.get(shard);
            share[shard] = weights == 0 ? 0 : total * space.weight() / weights;
            limit[shard] = Math.max(space.fixedBytes(), (long) (share[shard] * (100 + tolerancePercent) / 100));
        }
    }

    private int countGroups() {
        Map<String, Integer> numbers = new HashMap<>();
        for (int unit = 0; unit < units.size(); unit++) {
            group[unit] = numbers.computeIfAbsent(units.get(unit).group(), name -> numbers.size());
        }
        return numbers.size();
    }

    /** At most the fair share of the newest, or a single one of them; what a shard has already counts. */
    private void limitNewest(int groups) {
        var total = new long[groups];
        var largest = new long[groups];
        var before = new long[groups][shards.size()];
        for (int unit = 0; unit < units.size(); unit++) {
            if (units.get(unit).isNewest()) {
                long bytes = units.get(unit).bytes();
                total[group[unit]] += bytes;
                largest[group[unit]] = Math.max(largest[group[unit]], bytes);
                before[group[unit]][origin[unit]] += bytes;
            }
        }
        double weights = shards.stream().mapToInt(ShardSpace::weight).sum();
        for (int g = 0; g < groups; g++) {
            for (int shard = 0; shard < shards.size(); shard++) {
                double fair = weights == 0 ? 0 : total[g] * shards.get(shard).weight() / weights;
                newestLimit[g][shard] = Math.max(fair * NEWEST_SLACK, largest[g]) - before[g][shard];
            }
        }
    }

    int units() {
        return units.size();
    }

    int shards() {
        return shards.size();
    }

    Unit unit(int unit) {
        return units.get(unit);
    }

    boolean isDrained(int shard) {
        return shards.get(shard).isDrained();
    }

    int at(int unit) {
        return at[unit];
    }

    boolean isMoved(int unit) {
        return at[unit] != origin[unit];
    }

    long moved() {
        return moved;
    }

    /** Bytes that a shard holds above what it may; negative when it has room. */
    long excess(int shard) {
        return load[shard] - limit[shard];
    }

    /** Bytes above the limits, over all shards: what is to be as small as possible before anything else. */
    long overload() {
        long overload = 0;
        for (int shard = 0; shard < load.length; shard++) {
            overload += Math.max(0, load[shard] - limit[shard]);
        }
        return overload;
    }

    /** How full a shard is, compared with its fair share. */
    double fullness(int shard) {
        return share[shard] == 0 ? Double.MAX_VALUE : load[shard] / share[shard];
    }

    /** Whether a unit may be on a shard other than the one where it is. */
    boolean mayGo(int unit, int to) {
        var space = shards.get(to);
        long bytes = units.get(unit).bytes();
        return !space.isDrained()
                && received[to] + bytes <= space.freeBytes()
                && (!isToBeSpread(unit) || newestReceived[group[unit]][to] + bytes <= newestLimit[group[unit]][to]);
    }

    /** A drained shard is emptied even if that heaps up the newest elsewhere. */
    private boolean isToBeSpread(int unit) {
        return units.get(unit).isNewest() && !shards.get(origin[unit]).isDrained();
    }

    void place(int unit, int to) {
        long bytes = units.get(unit).bytes();
        account(unit, at[unit], -bytes);
        account(unit, to, bytes);
        at[unit] = to;
    }

    private void account(int unit, int shard, long bytes) {
        load[shard] += bytes;
        if (shard != origin[unit]) {
            moved += bytes;
            received[shard] += bytes;
            if (isToBeSpread(unit)) {
                newestReceived[group[unit]][shard] += bytes;
            }
        }
    }

    void backToOrigin(int unit) {
        place(unit, origin[unit]);
    }

    int[] positions() {
        return at.clone();
    }

    List<Relocation> relocations(int[] positions) {
        var relocations = new ArrayList<Relocation>();
        for (int unit = 0; unit < positions.length; unit++) {
            if (positions[unit] != origin[unit]) {
                relocations.add(new Relocation(
                        units.get(unit), shards.get(positions[unit]).shard()));
            }
        }
        return relocations;
    }
}
