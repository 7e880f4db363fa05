package io.shardwright.serverconfig;

/** Where the servers' files stand. Directories are mounted whole, never a subPath: only so do changes reach the server. */
public final class ConfigFiles {
    /** The image's own configuration directory. */
    public static final String ETC = "/etc/clickhouse-server";

    /** config.d: the cluster's file and the host's. */
    public static final String CONFIG_D = ETC + "/config.d";

    /** users.d. */
    public static final String USERS_D = ETC + "/users.d";

    /** The directory of metrika.xml, which config.d includes from. */
    public static final String METRIKA_D = ETC + "/metrika.d";

    public static final String DATA = "/var/lib/clickhouse";
    public static final String LOGS = "/var/log/clickhouse-server";

    /** Key of the cluster's file in config.d. */
    public static final String SERVER_XML = "shardwright.xml";

    /** Key of the host's file in config.d. */
    public static final String HOST_XML = "shardwright-host.xml";

    public static final String METRIKA_XML = "metrika.xml";
    public static final String USERS_XML = "shardwright-users.xml";

    /** Environment variable with the password of the user that servers use towards each other. */
    public static final String INTERNAL_PASSWORD_ENV = "SHARDWRIGHT_INTERNAL_PASSWORD";

    /** The file of a volume with the name that replicas have that are made on it. */
    public static final String REPLICA_NAME = "shardwright-replica";

    /** Environment variable with that name. */
    public static final String REPLICA_ENV = "SHARDWRIGHT_REPLICA";

    /** The root element that every version accepts. */
    static final String ROOT = "yandex";

    private ConfigFiles() {}
}
