package io.shardwright.crds;

/** Where a host is on its way into the Services. */
public enum ReplacementPhase {
    /** It serves. */
    InService,
    /** It is not up yet, or has not caught up after a restart. */
    Starting,
    /** Its data is lost or to be given up; nothing is changed yet. */
    Lost,
    /** Its volume is being replaced. */
    Replacing,
    /** Its databases, tables and views are being made as its peers have them. */
    RestoringSchema,
    /** Its replicas are fetching what their peers have. */
    CatchingUp,
    /** It is up, and does not say what it has. */
    Unknown;

    /** Whether what the host holds may be less than it should: nobody may read from it. */
    public boolean isIncomplete() {
        return this == Lost || this == Replacing || this == RestoringSchema || this == CatchingUp;
    }
}
