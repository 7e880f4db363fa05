package io.shardwright.observability;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.shardwright.crds.HoldStatus;
import io.shardwright.plan.Action;
import io.shardwright.plan.Outcome;
import java.util.List;

/** Records what a pass did: a log line and a count for each action, and Kubernetes Events for actions and new holds. */
public interface Journal {
    /**
     * @param resource what the pass was for
     * @param before the holds that the resource's status listed before the pass; may be null
     * @param after the holds that it lists now
     */
    <A extends Action> void record(
            HasMetadata resource, List<HoldStatus> before, List<HoldStatus> after, List<Outcome<A>> outcomes);

    /**
     * Tells of something that cannot be undone, before it is done.
     *
     * @param what it is, e.g. dropping a copy
     */
    void announce(HasMetadata resource, String what);

    /** Records nothing. */
    static Journal none() {
        return new Journal() {
            @Override
            public <A extends Action> void record(
                    HasMetadata resource, List<HoldStatus> before, List<HoldStatus> after, List<Outcome<A>> outcomes) {}

            @Override
            public void announce(HasMetadata resource, String what) {}
        };
    }
}
