package io.shardwright.topology;

import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.VolumeMountBuilder;

/** The volumes of pods, and where containers see them. */
public final class Volumes {
    private Volumes() {}

    /** Goes with the pod. */
    public static Volume empty(String name) {
        return new VolumeBuilder()
                .withName(name)
                .withNewEmptyDir()
                .endEmptyDir()
                .build();
    }

    public static Volume ofConfigMap(String name, String configMap) {
        return new VolumeBuilder()
                .withName(name)
                .withNewConfigMap()
                .withName(configMap)
                .endConfigMap()
                .build();
    }

    public static VolumeMount mount(String name, String path) {
        return new VolumeMountBuilder().withName(name).withMountPath(path).build();
    }

    public static VolumeMount mountReadOnly(String name, String path) {
        return new VolumeMountBuilder(mount(name, path)).withReadOnly(true).build();
    }
}
