package io.shardwright.topology;

import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimBuilder;
import io.fabric8.kubernetes.api.model.apps.StatefulSetPersistentVolumeClaimRetentionPolicy;
import io.fabric8.kubernetes.api.model.apps.StatefulSetPersistentVolumeClaimRetentionPolicyBuilder;
import java.util.Map;

/** The volumes of StatefulSets. */
public final class VolumeClaims {
    /** Name of the volume that holds the data. */
    public static final String DATA = "data";

    private VolumeClaims() {}

    /** Name of the claim of a host. */
    public static String nameOf(Host host) {
        return DATA + "-" + host.podName();
    }

    public static PersistentVolumeClaim template(Storage storage, Map<String, String> labels) {
        return new PersistentVolumeClaimBuilder()
                .withNewMetadata()
                .withName(DATA)
                .withLabels(labels)
                .endMetadata()
                .withNewSpec()
                .withAccessModes("ReadWriteOnce")
                .withStorageClassName(storage.storageClass().orElse(null))
                .withNewResources()
                .addToRequests("storage", storage.size())
                .endResources()
                .endSpec()
                .build();
    }

    /**
     * Volumes outlive their StatefulSet whatever happens to it: deleting one by hand must not delete data. What goes with
     * the cluster goes because the cluster owns the claim.
     */
    public static StatefulSetPersistentVolumeClaimRetentionPolicy retention() {
        return new StatefulSetPersistentVolumeClaimRetentionPolicyBuilder()
                .withWhenDeleted("Retain")
                .withWhenScaled("Retain")
                .build();
    }
}
