package io.shardwright.kube;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.shardwright.plan.Action;

/** Makes an object as it is desired. */
public interface ApplyAction extends Action {
    HasMetadata desired();

    String why();

    @Override
    default String subject() {
        return ObjectRef.of(desired()).toString();
    }

    @Override
    default String describe() {
        return "apply " + subject() + " (" + why() + ")";
    }
}
