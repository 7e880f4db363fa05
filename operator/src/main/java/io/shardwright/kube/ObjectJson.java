package io.shardwright.kube;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;

/**
 * The one way in which objects are written as JSON and read from it, the Kubernetes client's own too: what it learns of each
 * type by reflection takes megabytes.
 */
public final class ObjectJson {
    /** Without who manages each field: it is never desired, nobody asks for it, and it is as long as all the rest. */
    public static final KubernetesSerialization SERIALIZATION = new KubernetesSerialization(
            new ObjectMapper().addMixIn(ObjectMeta.class, WithoutManagedFields.class), true);

    private ObjectJson() {}

    @JsonIgnoreProperties("managedFields")
    private interface WithoutManagedFields {}
}
