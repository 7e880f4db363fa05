package io.shardwright.crds;

/** How far a host is that leaves its cluster. */
public enum LeavingPhase {
    /** It is taken out of Services and out of the servers' remote_servers. */
    Draining,
    /** Nobody is sent to it any more; what only it may hold is looked for. */
    Fenced,
    /** Its tables are being dropped: from here on it is not taken back. */
    Dropping,
    /** It holds nothing and is known nowhere: its objects are deleted. */
    Released,
    /**
     * The same, but it was down when it left: its volume, if it is kept, still holds tables. Its index is used again when the
     * volume is gone.
     */
    Abandoned
}
