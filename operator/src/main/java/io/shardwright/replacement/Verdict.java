package io.shardwright.replacement;

import io.shardwright.crds.ReplacementPhase;
import io.shardwright.plan.Hold;
import io.shardwright.plan.HoldReason;
import io.shardwright.topology.Host;
import java.util.List;
import java.util.Optional;

/**
 * Where a host stands and what to do next for it.
 *
 * @param reason one word
 * @param message what it waits for
 * @param note what cannot be undone and is about to be done: it stands in the status before it is done
 * @param progress of one that catches up
 */
record Verdict(
        Host host,
        ReplacementPhase phase,
        String reason,
        String message,
        List<ReplacementAction> actions,
        List<Hold> holds,
        Optional<Note> note,
        Optional<Progress> progress) {
    static final String SETTLED = "InService";

    Verdict {
        actions = List.copyOf(actions);
        holds = List.copyOf(holds);
    }

    /** It serves, and nothing is left to do for it. */
    static Verdict settled(Host host) {
        return of(host, ReplacementPhase.InService, SETTLED, "");
    }

    static Verdict of(Host host, ReplacementPhase phase, String reason, String message) {
        return new Verdict(host, phase, reason, message, List.of(), List.of(), Optional.empty(), Optional.empty());
    }

    boolean isSettled() {
        return phase == ReplacementPhase.InService && reason.equals(SETTLED);
    }

    Verdict with(List<? extends ReplacementAction> more) {
        return new Verdict(host, phase, reason, message, List.copyOf(more), holds, note, progress);
    }

    Verdict with(ReplacementAction action) {
        return with(List.of(action));
    }

    /** Held for the verdict's own message. */
    Verdict held(HoldReason why) {
        return new Verdict(
                host, phase, reason, message, actions, List.of(new Hold(why, host.name(), message)), note, progress);
    }

    Verdict noting(String what, String verified) {
        return new Verdict(
                host, phase, reason, message, actions, holds, Optional.of(new Note(what, verified)), progress);
    }

    Verdict at(long bytes, long total) {
        return new Verdict(host, phase, reason, message, actions, holds, note, Optional.of(new Progress(bytes, total)));
    }

    record Note(String what, String verified) {}

    record Progress(long bytes, long total) {}
}
