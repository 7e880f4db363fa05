package io.shardwright.kube;

/**
 * Writes that are meant for one object as it was looked at, and not for another one that took its name since. An object that is
 * gone already is fine.
 */
public interface HostWriter {
    /** Opens a pod's readiness gate {@link PodConditions#IN_SERVICE}. @param container for which it is open */
    void openGate(String namespace, String pod, String uid, String container);

    /** @param version of the pod as it was looked at: a gate that was opened since stays open, and the write fails */
    void closeGate(String namespace, String pod, String uid, String version, String why);

    void deleteClaim(String namespace, String name, String uid);

    /** @param force without waiting for the node to say that it has ended */
    void deletePod(String namespace, String name, String uid, boolean force);
}
