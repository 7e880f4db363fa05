package io.shardwright.topology;

/** Names of the objects that all hosts of a cluster share: one feature makes them, others mount or read them. */
public final class SharedObjects {
    /** Key of a user's name in the user's Secret. */
    public static final String USERNAME_KEY = "username";

    /** Key of a user's password in the user's Secret. */
    public static final String PASSWORD_KEY = "password";

    private SharedObjects() {}

    /** ConfigMap with metrika.xml and the cluster's part of config.d. */
    public static String configName(ClusterRef cluster) {
        return cluster.name() + "-config";
    }

    /** Secret with users.d. */
    public static String usersConfigName(ClusterRef cluster) {
        return cluster.name() + "-users-config";
    }
}
