package io.shardwright.kube;

/**
 * Writes that are meant for one object as it was looked at, and not for another one that took its name since. An object that is
 * gone already is fine.
 */
public interface HostWriter {
    /**
     * Opens or closes a pod's readiness gate {@link PodConditions#IN_SERVICE}.
     *
     * @param reason one word in CamelCase
     */
    void setGate(String namespace, String pod, String uid, boolean open, String reason, String message);

    void deleteClaim(String namespace, String name, String uid);

    /** @param force without waiting for the node to say that it has ended */
    void deletePod(String namespace, String name, String uid, boolean force);
}
