package io.shardwright.observability;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.shardwright.plan.Action;
import io.shardwright.plan.Hold;
import io.shardwright.plan.Outcome;
import java.util.List;

/** Records what a pass did: a log line, a Kubernetes Event and a count for each action, and an Event for each new hold. */
public interface Journal {
    /** @param resource what the pass was for */
    <A extends Action> void record(HasMetadata resource, List<Hold> holds, List<Outcome<A>> outcomes);
}
