package io.shardwright.replacement;

import io.shardwright.crds.ReplacementPhase;
import io.shardwright.holdings.HostContents;
import io.shardwright.holdings.QuietSpell;
import io.shardwright.holdings.Registration;
import io.shardwright.topology.Host;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What stands of a shard's hosts. While all of them serve and nothing is asked for, only pods are looked at.
 *
 * @param pods the pod of each host that has one
 * @param answers what each host said; a host that was not asked is not in it
 * @param elsewhere what a host of another shard said, for the schema; looked at while this one is new
 * @param volumes of hosts that do not answer, or are to be replaced
 * @param registrations what the coordination knows of hosts that lack something
 * @param listings what every other server of the cluster that answers lists; empty for one that can't say
 * @param own tables with rows that no other host has, of hosts that are asked to be replaced and said so
 * @param unservedShards shards that nobody serves, looked at while a host is asked to be replaced
 * @param before what the status says
 * @param recorded requests that the status has recorded, by replica
 */
record ReplacementObserved(
        Map<Host, PodView> pods,
        Map<Host, Answer> answers,
        Optional<Answer> elsewhere,
        Map<Host, Volume> volumes,
        Map<Host, Registration> registrations,
        List<Set<String>> listings,
        Map<Host, List<String>> own,
        Set<Integer> unservedShards,
        Map<Host, Before> before,
        Map<Integer, Recorded> recorded) {
    ReplacementObserved {
        pods = Map.copyOf(pods);
        answers = Map.copyOf(answers);
        volumes = Map.copyOf(volumes);
        registrations = Map.copyOf(registrations);
        listings = List.copyOf(listings);
        own = Map.copyOf(own);
        unservedShards = Set.copyOf(unservedShards);
        before = Map.copyOf(before);
        recorded = Map.copyOf(recorded);
    }

    /** Of pods and the status alone. */
    static ReplacementObserved unasked(
            Map<Host, PodView> pods, Map<Host, Before> before, Map<Integer, Recorded> recorded) {
        return new ReplacementObserved(
                pods, Map.of(), Optional.empty(), Map.of(), Map.of(), List.of(), Map.of(), Set.of(), before, recorded);
    }

    ReplacementObserved asked(Map<Host, Answer> said, Optional<Answer> saidElsewhere, Map<Host, Volume> volumesOfSome) {
        return new ReplacementObserved(
                pods,
                said,
                saidElsewhere,
                volumesOfSome,
                registrations,
                listings,
                own,
                unservedShards,
                before,
                recorded);
    }

    ReplacementObserved detailed(
            Map<Host, Registration> registrationsOfSome,
            List<Set<String>> allListings,
            Map<Host, List<String>> ownOfSome,
            Set<Integer> unserved) {
        return new ReplacementObserved(
                pods,
                answers,
                elsewhere,
                volumes,
                registrationsOfSome,
                allListings,
                ownOfSome,
                unserved,
                before,
                recorded);
    }

    /** A host whose status says nothing is one that never served. */
    Before before(Host host) {
        return before.getOrDefault(host, Before.NOTHING);
    }

    boolean isInService(Host host) {
        return isUp(host) && pods.get(host).isInService();
    }

    /** A pod whose node went away still says that its containers are ready. */
    boolean isUp(Host host) {
        var pod = pods.get(host);
        return pod != null && pod.answering() && !(answers.get(host) instanceof Answer.Silent);
    }

    Optional<HostContents> contents(Host host) {
        return answers.get(host) instanceof Answer.Said(var contents) ? Optional.of(contents) : Optional.empty();
    }

    /** Nobody serves the shard, and no host that says anything has rows: what its hosts should have, another shard tells. */
    static boolean isNew(Map<Host, PodView> pods, Map<Host, Answer> answers) {
        return !answers.isEmpty()
                && pods.values().stream().noneMatch(PodView::isInService)
                && answers.values().stream()
                        .allMatch(answer -> answer instanceof Answer.Said(var contents) && !contents.hasParts());
    }

    /** What every host of a new shard should have. */
    Optional<HostContents> schemaElsewhere() {
        return elsewhere
                .filter(Answer.Said.class::isInstance)
                .map(answer -> ((Answer.Said) answer).contents().forOtherShards());
    }

    /**
     * A host's pod.
     *
     * @param version of the object
     * @param ready whether it is in the Services
     * @param answering whether its server can be asked
     * @param container that runs, or ran last
     * @param gate for which container the pod's readiness gate is open; empty while it is closed
     * @param node empty before it has one
     * @param since when it began to be as it is
     * @param justStarted the pod's address while its server may answer before the kubelet has noticed
     * @param crash of a server that keeps ending by itself, and does not answer
     * @param overdue when its node should have ended it; empty unless that has passed
     */
    record PodView(
            String uid,
            String version,
            boolean ready,
            boolean answering,
            String container,
            Optional<String> gate,
            String node,
            Instant since,
            Optional<String> justStarted,
            Optional<Crash> crash,
            Optional<Instant> overdue) {
        /** Its server answered, though the kubelet has not noticed yet: so it is not ending now. */
        PodView heard() {
            return new PodView(
                    uid,
                    version,
                    ready,
                    true,
                    container,
                    gate,
                    node,
                    since,
                    Optional.empty(),
                    Optional.empty(),
                    overdue);
        }

        /** A container that was started anew may have found another volume. */
        boolean isInService() {
            return gate.filter(container::equals).isPresent();
        }
    }

    /**
     * A server keeps ending by itself.
     *
     * @param words its last ones
     * @param podSince when its pod was made
     * @param doubt why it may not be the data on its volume
     */
    record Crash(String words, Instant podSince, Optional<String> doubt) {}

    /** What a host said of itself. */
    sealed interface Answer {
        record Said(HostContents contents) implements Answer {}

        record Silent(String message) implements Answer {}
    }

    /** The volume of a host. */
    sealed interface Volume {
        /** It could not be looked at; nothing follows from that. */
        record Unknown(String message) implements Volume {}

        /** It has no claim: its StatefulSet makes one. */
        record None() implements Volume {}

        /**
         * @param claim uid of its claim
         * @param deleting whether the claim is being deleted
         * @param lost whether what it was bound to is gone
         * @param node that it cannot leave; empty when it can
         */
        record Claimed(String claim, boolean deleting, boolean lost, Optional<Node> node) implements Volume {}
    }

    /**
     * A node.
     *
     * @param awaySince when it was last known to work; empty while it works, or when that is not known
     * @param gone whether there is no such node any more
     * @param drained whether it takes no pods
     */
    record Node(String name, Optional<Instant> awaySince, boolean gone, boolean drained) {}

    /**
     * What the status says of a host.
     *
     * @param refused what its server refused to make
     * @param quiet how long it has been left alone
     * @param limit how fast it may fetch: its queues may be stopped
     */
    record Before(
            Optional<ReplacementPhase> phase,
            String reason,
            Instant since,
            Map<String, Refusal> refused,
            Optional<QuietSpell> quiet,
            Optional<FetchLimit> limit) {
        static final Before NOTHING = new Before(Optional.empty(), "", Instant.EPOCH);

        Before {
            refused = Map.copyOf(refused);
        }

        Before(Optional<ReplacementPhase> phase, String reason, Instant since) {
            this(phase, reason, since, Map.of(), Optional.empty(), Optional.empty());
        }

        boolean is(ReplacementPhase other) {
            return phase.filter(other::equals).isPresent();
        }

        boolean isSettled() {
            return is(ReplacementPhase.InService) && reason.equals(Verdict.SETTLED) && limit.isEmpty();
        }

        /** Its volume is new, and what an older one left in the coordination stands. */
        boolean hasRemains() {
            return is(ReplacementPhase.InService)
                    && (reason.equals(Remains.REMAINS) || reason.equals(Remains.FORGETTING));
        }

        boolean isIncomplete() {
            return phase.filter(ReplacementPhase::isIncomplete).isPresent();
        }
    }

    /**
     * A server refused to make something.
     *
     * @param message its words
     * @param since when it was first tried
     * @param tried when it was last tried
     */
    record Refusal(String message, Instant since, Instant tried) {
        /** By then all stands that it may need, and servers know each other: it is the object's own. */
        private static final Duration PASSING = Duration.ofSeconds(30);

        private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);

        /** The longer it was refused the longer the pause. */
        private static final int PAUSES = 4;

        boolean isLasting() {
            return Duration.between(since, tried).compareTo(PASSING) >= 0;
        }

        boolean isDue(Instant now) {
            var pause = Duration.between(since, tried).dividedBy(PAUSES);
            return !now.isBefore(tried.plus(pause.compareTo(LONGEST_PAUSE) < 0 ? pause : LONGEST_PAUSE));
        }
    }

    /** @param volume that the host had when its request was first read */
    record Recorded(String volume, boolean done) {}
}
