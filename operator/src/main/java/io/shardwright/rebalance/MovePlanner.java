package io.shardwright.rebalance;

import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Decides which units go where, such that no shard holds more than its fair share and a tolerance, with the fewest bytes moved;
 * where that cannot be reached, such that as few bytes as possible are above it. Shards of weight 0 are emptied.
 *
 * <p>A first plan takes from every shard that is too full the largest units that fit in its excess, then the smallest one that
 * covers the rest, and gives each to the emptiest shard that may take it. Then moves that are not needed, or that a smaller unit
 * does as well, are undone. Where there are few units, all placements that may be better are tried. Finding the best one is a
 * packing problem, so that for many units the result is only near it; with many units it is near by itself.
 *
 * <p>Nothing goes where the free space of a replica does not hold it, and a table's newest partitions are not heaped up on a
 * shard, unless a drained one must be emptied.
 */
final class MovePlanner {
    /** Placements of more units than this are too many to try. */
    private static final int FEW = 9;

    /** Tried at most; a pass must not take long whatever the sizes are. */
    private static final int TRIES = 3_000;

    /** More than any disk, and far from overflowing when something is added to it. */
    private static final long BOUNDLESS = Long.MAX_VALUE / 4;

    private static final Comparator<Relocation> ORDER =
            Comparator.comparing(Relocation::unit, Unit.LARGEST_FIRST).thenComparingInt(Relocation::to);

    private final Placement placement;
    private int[] best;
    private long bestOverload;
    private long bestMoved;
    private int tries;

    private MovePlanner(Placement placement) {
        this.placement = placement;
    }

    /**
     * @param shards each once; every unit is on one of them
     * @param tolerancePercent how much above its fair share a shard may be
     * @return the units that should be elsewhere, largest first
     */
    static List<Relocation> plan(List<ShardSpace> shards, List<Unit> units, int tolerancePercent) {
        return seek(shards, units, tolerancePercent).relocations();
    }

    /**
     * What would go to a shard if it fitted.
     *
     * @param bytes more than there is room for
     */
    record Shortage(ShardSpace shard, long bytes) {}

    /** Empty if more room anywhere would change nothing: the plan is as good as it can be, or something else limits it. */
    static List<Shortage> shortages(List<ShardSpace> shards, List<Unit> units, int tolerancePercent) {
        long overload = seek(shards, units, tolerancePercent).overload();
        if (overload == 0) {
            return List.of();
        }
        var larger = shards.stream()
                .map(space -> new ShardSpace(
                        space.shard(), space.weight(), space.fixedBytes(), space.isDrained() ? 0 : BOUNDLESS))
                .toList();
        var wanted = seek(larger, units, tolerancePercent);
        if (wanted.overload() >= overload) {
            return List.of();
        }
        return shards.stream()
                .map(space -> new Shortage(space, wanted.bytesTo(space.shard())))
                .filter(shortage -> shortage.bytes() > shortage.shard().freeBytes())
                .sorted(Comparator.comparingInt(shortage -> shortage.shard().shard()))
                .toList();
    }

    /**
     * A plan and what it is good for.
     *
     * @param bytes fewer that are above the limits with it
     */
    record Gain(List<Relocation> relocations, long bytes) {}

    static Gain gain(List<ShardSpace> shards, List<Unit> units, int tolerancePercent) {
        var found = seek(shards, units, tolerancePercent);
        return new Gain(found.relocations(), found.before() - found.overload());
    }

    /**
     * @param before bytes that are above the limits without it
     * @param overload those that still are
     */
    private record Found(List<Relocation> relocations, long before, long overload) {
        long bytesTo(int shard) {
            return relocations.stream()
                    .filter(relocation -> relocation.to() == shard)
                    .mapToLong(relocation -> relocation.unit().bytes())
                    .sum();
        }
    }

    private static Found seek(List<ShardSpace> shards, List<Unit> units, int tolerancePercent) {
        var placement = new Placement(
                shards.stream()
                        .sorted(Comparator.comparingInt(ShardSpace::shard))
                        .toList(),
                units.stream().sorted(Unit.LARGEST_FIRST).toList(),
                tolerancePercent);
        return new MovePlanner(placement).seek();
    }

    private Found seek() {
        best = placement.positions();
        long before = placement.overload();
        bestOverload = before;
        bestMoved = 0;
        if (before == 0) {
            return new Found(List.of(), 0, 0);
        }
        takeFromTheFull();
        undoWhatIsNotNeeded();
        takeSmallerInstead();
        keepIfBetter();
        if (placement.units() <= FEW) {
            IntStream.range(0, placement.units()).forEach(placement::backToOrigin);
            tryAll(0);
        }
        return new Found(placement.relocations(best).stream().sorted(ORDER).toList(), before, bestOverload);
    }

    private void takeFromTheFull() {
        var fullest = IntStream.range(0, placement.shards())
                .boxed()
                .sorted(Comparator.comparing(placement::isDrained)
                        .reversed()
                        .thenComparing(
                                Comparator.comparingLong(placement::excess).reversed()))
                .toList();
        for (int shard : fullest) {
            if (placement.isDrained(shard)) {
                empty(shard);
            } else {
                relieve(shard);
            }
        }
    }

    private void empty(int shard) {
        for (int unit = 0; unit < placement.units(); unit++) {
            int to = placement.at(unit) == shard ? emptiest(unit, false) : -1;
            if (to >= 0) {
                placement.place(unit, to);
            }
        }
    }

    /** Units are sorted, largest first. */
    private void relieve(int shard) {
        int covering = -1;
        for (int unit = 0; unit < placement.units() && placement.excess(shard) > 0; unit++) {
            if (placement.at(unit) != shard) {
                continue;
            }
            int to = emptiest(unit, true);
            if (to >= 0 && placement.unit(unit).bytes() <= placement.excess(shard)) {
                placement.place(unit, to);
            } else if (to >= 0) {
                covering = unit;
            }
        }
        if (placement.excess(shard) > 0 && covering >= 0) {
            int smallest = smallestThatCovers(shard, covering);
            int to = emptiest(smallest, true);
            if (to >= 0) {
                placement.place(smallest, to);
            }
        }
    }

    private int smallestThatCovers(int shard, int otherwise) {
        for (int unit = placement.units() - 1; unit >= 0; unit--) {
            if (placement.at(unit) == shard
                    && placement.unit(unit).bytes() >= placement.excess(shard)
                    && emptiest(unit, true) >= 0) {
                return unit;
            }
        }
        return otherwise;
    }

    /** The shard, of those that may take the unit, that is the least full; -1 for none. */
    private int emptiest(int unit, boolean withinLimit) {
        int emptiest = -1;
        for (int shard = 0; shard < placement.shards(); shard++) {
            boolean fits = shard != placement.at(unit)
                    && placement.mayGo(unit, shard)
                    && (!withinLimit
                            || placement.excess(shard) + placement.unit(unit).bytes() <= 0);
            if (fits && (emptiest < 0 || placement.fullness(shard) < placement.fullness(emptiest))) {
                emptiest = shard;
            }
        }
        return emptiest;
    }

    private void undoWhatIsNotNeeded() {
        for (int unit = 0; unit < placement.units(); unit++) {
            if (placement.isMoved(unit)) {
                long overload = placement.overload();
                int to = placement.at(unit);
                placement.backToOrigin(unit);
                if (placement.overload() > overload) {
                    placement.place(unit, to);
                }
            }
        }
    }

    private void takeSmallerInstead() {
        for (int unit = 0; unit < placement.units(); unit++) {
            for (int other = placement.units() - 1; other > unit && placement.isMoved(unit); other--) {
                exchangeIfBetter(unit, other);
            }
        }
    }

    /** Moves the other, smaller unit in the place of this one, if that does as well. */
    private void exchangeIfBetter(int unit, int other) {
        boolean isAlternative = !placement.isMoved(other)
                && placement.unit(other).shard() == placement.unit(unit).shard()
                && placement.unit(other).bytes() < placement.unit(unit).bytes();
        if (!isAlternative) {
            return;
        }
        long overload = placement.overload();
        int to = placement.at(unit);
        placement.backToOrigin(unit);
        if (placement.mayGo(other, to)) {
            placement.place(other, to);
            if (placement.overload() <= overload) {
                return;
            }
            placement.backToOrigin(other);
        }
        placement.place(unit, to);
    }

    private void keepIfBetter() {
        long overload = placement.overload();
        if (overload < bestOverload || overload == bestOverload && placement.moved() < bestMoved) {
            best = placement.positions();
            bestOverload = overload;
            bestMoved = placement.moved();
        }
    }

    private void tryAll(int unit) {
        if (++tries > TRIES) {
            return;
        }
        keepIfBetter();
        if (unit == placement.units() || !mayStillBeBetter(unit)) {
            return;
        }
        tryAll(unit + 1);
        for (int shard = 0; shard < placement.shards(); shard++) {
            if (shard != placement.at(unit) && placement.mayGo(unit, shard)) {
                placement.place(unit, shard);
                tryAll(unit + 1);
                placement.backToOrigin(unit);
            }
        }
    }

    /** A byte that is moved lowers the overload by one at most. */
    private boolean mayStillBeBetter(int unit) {
        long undecided = 0;
        for (int other = unit; other < placement.units(); other++) {
            undecided += placement.unit(other).bytes();
        }
        long overload = placement.overload();
        return Math.max(0, overload - undecided) < bestOverload
                || overload - undecided <= bestOverload
                        && placement.moved() + Math.max(0, overload - bestOverload) < bestMoved;
    }
}
