package io.shardwright.rebalance;

import io.shardwright.plan.Hold;
import io.shardwright.plan.HoldReason;
import io.shardwright.rebalance.MoveObserved.Part;
import io.shardwright.rebalance.MoveObserved.Source;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** What a queued drop takes of the source and that was not copied: it came between the last look and the drop. */
final class LateRows {
    private final MoveSituation situation;
    private final Move move;

    LateRows(MoveSituation situation) {
        this.situation = situation;
        this.move = situation.move();
    }

    /** Parts that the drop takes and that were not copied, each on a replica that has it. */
    List<RebalanceAction> rescues() {
        if (!situation.obeys(MoveRule.LATE_ROWS_ARE_RESCUED)) {
            return List.of();
        }
        var rescues = new ArrayList<RebalanceAction>();
        var seen = new ArrayList<String>();
        // Rather where nobody reads: there, rows that are there twice for a moment are seen by nobody.
        for (var source : Stream.concat(
                        situation.unreadSources(),
                        situation.sources().stream()
                                .filter(source -> situation.reading().isRead(source.host())))
                .toList()) {
            for (var part : latePartsOf(source)) {
                if (!seen.contains(part.name())) {
                    seen.add(part.name());
                    rescues.add(new RebalanceAction.RescuePart(move, source.host(), part.name()));
                }
            }
        }
        return rescues;
    }

    private List<Part> latePartsOf(Source.Known source) {
        if (source.dropsUpTo().isEmpty()) {
            return List.of();
        }
        long last = source.dropsUpTo().getAsLong();
        var copied = new ArrayList<>(situation.staged());
        return source.parts().stream()
                .filter(part -> part.lastBlock() <= last && !copied.remove(part.checksum()))
                .filter(part -> situation.sources().stream().noneMatch(any -> isRescued(part, any, last)))
                .toList();
    }

    private static boolean isRescued(Part late, Source.Known source, long last) {
        return source.parts().stream()
                .anyMatch(part -> part.firstBlock() > last
                        && part.rows() == late.rows()
                        && part.checksum().equals(late.checksum()));
    }

    /** A late part that only a replica has which does not answer. */
    Optional<Hold> lostWithTheirHost() {
        return situation.sources().stream()
                .filter(source -> source.dropsUpTo().isPresent())
                .flatMap(source -> source.awaited().stream()
                        .filter(name -> PartNames.lastBlock(name, move.partition())
                                <= source.dropsUpTo().getAsLong()))
                .filter(name -> situation.sources().stream().noneMatch(source -> has(source, name)))
                .filter(name -> !isGone(name))
                .findFirst()
                .map(name -> new Hold(
                        HoldReason.HostUnreachable,
                        move.describe(),
                        "part " + name + " was written meanwhile, and no replica that answers has it; waits for the"
                                + " other replicas"));
    }

    /**
     * Whoever had it has carried the drop out, as a server does that starts anew: what was to be written once more was, or
     * cannot be any more. One that neither waits for it nor has carried the drop out may be about to show it.
     */
    private boolean isGone(String name) {
        return situation.sources().size() == situation.observed().source().size()
                && situation.sources().stream()
                        .allMatch(source ->
                                source.dropsUpTo().isEmpty() || source.awaited().contains(name));
    }

    private boolean has(Source.Known source, String name) {
        long first = PartNames.firstBlock(name, move.partition());
        long last = PartNames.lastBlock(name, move.partition());
        return source.parts().stream().anyMatch(part -> part.firstBlock() <= first && part.lastBlock() >= last);
    }
}
