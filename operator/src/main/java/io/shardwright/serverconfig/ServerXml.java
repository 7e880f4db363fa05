package io.shardwright.serverconfig;

import io.shardwright.topology.Host;
import io.shardwright.topology.User;

/** The part of config.d that all hosts of a cluster share. */
public final class ServerXml {
    private ServerXml() {}

    public static String render() {
        return Xml.of(
                        ConfigFiles.ROOT,
                        Xml.text("include_from", ConfigFiles.METRIKA_D + "/" + ConfigFiles.METRIKA_XML),
                        Xml.of("logger", Xml.text("level", "information"), Xml.text("console", 1))
                                .replacing(),
                        // Both families, whichever the pod has: where one is missing, the server goes on with the
                        // other.
                        Xml.text("listen_host", "::").replacing(),
                        Xml.text("listen_host", "0.0.0.0"),
                        Xml.text("listen_try", 1),
                        Xml.text("http_port", Host.HTTP_PORT),
                        Xml.text("tcp_port", Host.TCP_PORT),
                        Xml.text("interserver_http_port", Host.INTERSERVER_PORT),
                        Xml.of(
                                "interserver_http_credentials",
                                Xml.text("user", User.INTERNAL),
                                Xml.of("password").with("from_env", ConfigFiles.INTERNAL_PASSWORD_ENV)),
                        // Longer than clients keep an idle connection: one that is closed as it is taken up breaks.
                        Xml.text("keep_alive_timeout", 60),
                        Xml.text("path", ConfigFiles.DATA + "/"),
                        Xml.text("tmp_path", ConfigFiles.DATA + "/tmp/"),
                        Xml.text("user_files_path", ConfigFiles.DATA + "/user_files/"),
                        Xml.text("format_schema_path", ConfigFiles.DATA + "/format_schemas/"),
                        Xml.text("timezone", "UTC"),
                        // The server writes what from_env gave into preprocessed_configs: for its own eyes only.
                        Xml.text("umask", "077"),
                        // A pod that moved has a new address; a cached one would keep its peers from it.
                        Xml.text("disable_internal_dns_cache", 1),
                        Xml.of("remote_servers").with("incl", "remote_servers").replacing(),
                        Xml.of("zookeeper").with("incl", "zookeeper").replacing(),
                        Xml.of("distributed_ddl").with("remove", "remove"),
                        Xml.of("graphite_rollup_example").with("remove", "remove"),
                        Xml.of("openSSL").with("remove", "remove"))
                .document();
    }
}
