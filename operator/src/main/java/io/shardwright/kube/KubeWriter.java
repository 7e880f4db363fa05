package io.shardwright.kube;

import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.Map;

/** Writes to Kubernetes. Every method may be repeated without harm. */
public interface KubeWriter {
    /** The field manager of everything that the operator applies. */
    String FIELD_MANAGER = "shardwright";

    /**
     * Makes the fields that {@code desired} states so, by server-side apply, whoever owned them before.
     *
     * @return the object as it stands now
     */
    HasMetadata apply(HasMetadata desired);

    /** Creates the object unless one of its name stands; what stands is left as it is. */
    void createIfAbsent(HasMetadata object);

    /** Deletes the object, and what it owns in the background; one that is gone already is fine. */
    void delete(HasMetadata object);

    /** Sets annotations on a pod without touching anything else of it; a pod that is gone already is fine. */
    void annotatePod(String namespace, String name, Map<String, String> annotations);
}
