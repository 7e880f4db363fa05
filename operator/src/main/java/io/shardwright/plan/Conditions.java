package io.shardwright.plan;

import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ConditionBuilder;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;

/**
 * The four conditions that every resource reports, in a fixed order. A condition keeps its transition time as long as its
 * status stays the same.
 */
public final class Conditions {
    public static final String ACCEPTED = "Accepted";
    public static final String READY = "Ready";
    public static final String PROGRESSING = "Progressing";
    public static final String DEGRADED = "Degraded";

    private Conditions() {}

    /**
     * What is to be said of one condition.
     *
     * @param reason one word in CamelCase, never empty
     */
    public record Finding(boolean holds, String reason, String message) {
        public static Finding yes(String reason, String message) {
            return new Finding(true, reason, message);
        }

        public static Finding no(String reason, String message) {
            return new Finding(false, reason, message);
        }
    }

    /** The conditions of a resource whose spec is valid. */
    public static List<Condition> of(
            List<Condition> previous,
            Long generation,
            Instant now,
            Finding ready,
            Finding progressing,
            Finding degraded) {
        return List.of(
                condition(ACCEPTED, Finding.yes("Valid", "the spec is valid"), previous, generation, now),
                condition(READY, ready, previous, generation, now),
                condition(PROGRESSING, progressing, previous, generation, now),
                condition(DEGRADED, degraded, previous, generation, now));
    }

    /** The conditions of a resource whose spec is refused: nothing is done for it until it changes. */
    static List<Condition> rejected(List<Condition> previous, Long generation, Instant now, String message) {
        return List.of(
                condition(ACCEPTED, Finding.no("Invalid", message), previous, generation, now),
                condition(READY, Finding.no("Invalid", "the spec is not accepted"), previous, generation, now),
                condition(PROGRESSING, Finding.no("Invalid", "waits for a valid spec"), previous, generation, now),
                condition(DEGRADED, Finding.no("Invalid", "the spec is not accepted"), previous, generation, now));
    }

    /** True when the conditions of another resource say that it is ready, for the generation that it has now. */
    public static boolean isTrue(List<Condition> conditions, String type, Long generation) {
        return conditions != null
                && conditions.stream()
                        .anyMatch(condition -> type.equals(condition.getType())
                                && "True".equals(condition.getStatus())
                                && (generation == null || generation.equals(condition.getObservedGeneration())));
    }

    private static Condition condition(
            String type, Finding finding, List<Condition> previous, Long generation, Instant now) {
        var status = finding.holds() ? "True" : "False";
        return new ConditionBuilder()
                .withType(type)
                .withStatus(status)
                .withReason(finding.reason())
                .withMessage(finding.message())
                .withObservedGeneration(generation)
                .withLastTransitionTime(transitionTime(type, status, previous, now))
                .build();
    }

    private static String transitionTime(String type, String status, List<Condition> previous, Instant now) {
        return (previous == null ? List.<Condition>of() : previous)
                .stream()
                        .filter(old -> type.equals(old.getType()) && status.equals(old.getStatus()))
                        .map(Condition::getLastTransitionTime)
                        .findFirst()
                        .orElseGet(() -> now.truncatedTo(ChronoUnit.SECONDS).toString());
    }
}
