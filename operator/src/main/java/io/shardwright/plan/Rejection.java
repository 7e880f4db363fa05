package io.shardwright.plan;

import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.time.Instant;
import java.util.List;

/** What every status says of a spec that is refused. */
public record Rejection(Long generation, String summary, List<Condition> conditions) {
    /**
     * @param previous the conditions that the resource reported before; may be null
     * @param message why the spec is refused
     */
    public static Rejection of(HasMetadata resource, List<Condition> previous, String message, Instant now) {
        var generation = resource.getMetadata().getGeneration();
        return new Rejection(
                generation,
                Summaries.brief("Not accepted: " + message),
                Conditions.rejected(previous, generation, now, message));
    }
}
