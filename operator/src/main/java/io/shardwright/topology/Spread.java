package io.shardwright.topology;

import io.fabric8.kubernetes.api.model.Affinity;
import io.fabric8.kubernetes.api.model.AffinityBuilder;
import java.util.Map;

/** Keeps pods that must not fail together apart. */
public final class Spread {
    private static final int STRONGEST = 100;

    private Spread() {}

    /** Pods with these labels prefer nodes without one of them; where nodes are too few, they share rather than wait. */
    public static Affinity overNodes(Map<String, String> labels) {
        return new AffinityBuilder()
                .withNewPodAntiAffinity()
                .addNewPreferredDuringSchedulingIgnoredDuringExecution()
                .withWeight(STRONGEST)
                .withNewPodAffinityTerm()
                .withTopologyKey("kubernetes.io/hostname")
                .withNewLabelSelector()
                .withMatchLabels(labels)
                .endLabelSelector()
                .endPodAffinityTerm()
                .endPreferredDuringSchedulingIgnoredDuringExecution()
                .endPodAntiAffinity()
                .build();
    }
}
