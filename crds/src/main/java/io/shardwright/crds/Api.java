package io.shardwright.crds;

/** The names that every resource shares. */
public final class Api {
    public static final String GROUP = "clickhouse.shardwright.io";
    public static final String VERSION = "v1alpha1";

    /** The category that makes {@code kubectl get clickhouse} list every kind. */
    public static final String CATEGORY = "clickhouse";

    private Api() {}
}
