package io.shardwright.replacement;

import io.shardwright.crds.ReplacementPhase;
import io.shardwright.plan.Hold;
import io.shardwright.plan.HoldReason;
import io.shardwright.topology.Host;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Where a host stands and what to do next for it.
 *
 * @param reason one word
 * @param message what it waits for
 * @param note what cannot be undone and is about to be done: it stands in the status before it is done
 * @param progress of one that catches up
 * @param lacking what it lacks of its peers' schema; empty when they were not compared
 * @param quiet whether a host that is to be given up is left alone, and can send on what it has to
 * @param pace of one that may fetch only so fast
 */
record Verdict(
        Host host,
        ReplacementPhase phase,
        String reason,
        String message,
        List<ReplacementAction> actions,
        List<Hold> holds,
        Optional<Note> note,
        Optional<Progress> progress,
        Optional<Set<String>> lacking,
        boolean quiet,
        Optional<FetchPacing.Pace> pace) {
    static final String SETTLED = "InService";

    /** It serves without what its server refuses to make. */
    static final String UNRESTORED = "Unrestored";

    Verdict {
        actions = List.copyOf(actions);
        holds = List.copyOf(holds);
        lacking = lacking.map(Set::copyOf);
    }

    /** It serves, and nothing is left to do for it. */
    static Verdict settled(Host host) {
        return of(host, ReplacementPhase.InService, SETTLED, "");
    }

    static Verdict of(Host host, ReplacementPhase phase, String reason, String message) {
        return new Verdict(
                host,
                phase,
                reason,
                message,
                List.of(),
                List.of(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                false,
                Optional.empty());
    }

    boolean isSettled() {
        return phase == ReplacementPhase.InService && reason.equals(SETTLED);
    }

    /** It serves, with all rows that it should have. */
    boolean isWhole() {
        return isSettled() || phase == ReplacementPhase.InService && reason.equals(UNRESTORED);
    }

    Verdict with(List<? extends ReplacementAction> more) {
        return new Verdict(
                host, phase, reason, message, List.copyOf(more), holds, note, progress, lacking, quiet, pace);
    }

    Verdict with(ReplacementAction action) {
        return with(List.of(action));
    }

    Verdict and(List<? extends ReplacementAction> more, List<Hold> moreHolds, Set<String> nowLacking) {
        return new Verdict(
                host,
                phase,
                reason,
                message,
                Stream.concat(actions.stream(), more.stream()).toList(),
                Stream.concat(holds.stream(), moreHolds.stream()).toList(),
                note,
                progress,
                Optional.of(nowLacking),
                quiet,
                pace);
    }

    /** Held for the verdict's own message. */
    Verdict held(HoldReason why) {
        return new Verdict(
                host,
                phase,
                reason,
                message,
                actions,
                List.of(new Hold(why, host.name(), message)),
                note,
                progress,
                lacking,
                quiet,
                pace);
    }

    Verdict noting(String what, String verified) {
        return new Verdict(
                host,
                phase,
                reason,
                message,
                actions,
                holds,
                Optional.of(new Note(what, verified)),
                progress,
                lacking,
                quiet,
                pace);
    }

    Verdict asQuiet(boolean isQuiet) {
        return new Verdict(host, phase, reason, message, actions, holds, note, progress, lacking, isQuiet, pace);
    }

    Verdict at(long bytes, long total) {
        return new Verdict(
                host,
                phase,
                reason,
                message,
                actions,
                holds,
                note,
                Optional.of(new Progress(bytes, total)),
                lacking,
                quiet,
                pace);
    }

    Verdict paced(FetchPacing.Pace itsPace) {
        return new Verdict(
                host, phase, reason, message, actions, holds, note, progress, lacking, quiet, Optional.of(itsPace));
    }

    Verdict because(String why, String says) {
        return new Verdict(host, phase, why, says, actions, holds, note, progress, lacking, quiet, pace);
    }

    Verdict in(ReplacementPhase other) {
        return new Verdict(host, other, reason, message, actions, holds, note, progress, lacking, quiet, pace);
    }

    record Note(String what, String verified) {}

    record Progress(long bytes, long total) {}
}
