package io.shardwright.replacement;

import io.shardwright.crds.ReplacementPhase;
import io.shardwright.holdings.HostContents;
import io.shardwright.holdings.Registration;
import io.shardwright.topology.Host;
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
 * @param elsewhere what a host of another shard has, for the schema; looked at when no host of this one has any
 * @param volumes of hosts that do not answer, or are to be replaced
 * @param registrations what the coordination knows of hosts that lack something
 * @param listings what every other server of the cluster that answers lists; empty for one that can't say
 * @param before what the status says
 * @param recorded requests that the status has recorded, by replica
 */
record ReplacementObserved(
        Map<Host, PodView> pods,
        Map<Host, Answer> answers,
        Optional<HostContents> elsewhere,
        Map<Host, Volume> volumes,
        Map<Host, Registration> registrations,
        List<Set<String>> listings,
        Map<Host, Before> before,
        Map<Integer, Recorded> recorded) {
    ReplacementObserved {
        pods = Map.copyOf(pods);
        answers = Map.copyOf(answers);
        volumes = Map.copyOf(volumes);
        registrations = Map.copyOf(registrations);
        listings = List.copyOf(listings);
        before = Map.copyOf(before);
        recorded = Map.copyOf(recorded);
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
     */
    record PodView(
            String uid,
            String version,
            boolean ready,
            boolean answering,
            String container,
            Optional<String> gate,
            String node,
            Instant since) {
        /** A container that was started anew may have found another volume. */
        boolean isInService() {
            return gate.filter(container::equals).isPresent();
        }
    }

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

    /** What the status says of a host. */
    record Before(Optional<ReplacementPhase> phase, String reason, Instant since) {
        static final Before NOTHING = new Before(Optional.empty(), "", Instant.EPOCH);

        boolean is(ReplacementPhase other) {
            return phase.filter(other::equals).isPresent();
        }

        boolean isSettled() {
            return is(ReplacementPhase.InService) && reason.equals(Verdict.SETTLED);
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

    /** @param volume that the host had when its request was first read */
    record Recorded(String volume, boolean done) {}
}
