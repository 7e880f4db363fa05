package io.shardwright.testing;

import io.shardwright.serverconfig.ConfigFiles;
import io.shardwright.topology.Host;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** The least configuration with which the servers of {@link RealServers} replicate and know each other. */
final class ServerFiles {
    private ServerFiles() {}

    /** The ports of a ClickHouse server. */
    record Ports(int http, int tcp, int interserver) {
        static Ports of(List<Integer> ports) {
            return new Ports(ports.get(0), ports.get(1), ports.get(2));
        }
    }

    static Path writeZooKeeper(Path home, int port) {
        return write(home, "zoo.cfg", """
                tickTime=500
                initLimit=10
                syncLimit=5
                dataDir=%s
                clientPort=%d
                clientPortAddress=127.0.0.1
                admin.enableServer=false
                maxClientCnxns=0
                maxSessionTimeout=60000
                """.formatted(directory(home.resolve("data")), port));
    }

    static Path writeClickHouse(
            Path home, Host host, Map<Host, Ports> ports, Set<Host> listed, Set<Integer> draining, int zookeeperPort) {
        var own = ports.get(host);
        write(home, "users.xml", users());
        return write(home, "config.xml", """
                <yandex>
                    <logger><level>warning</level><console>1</console></logger>
                    <path>%1$s/</path>
                    <tmp_path>%1$s/tmp/</tmp_path>
                    <user_files_path>%1$s/user_files/</user_files_path>
                    <format_schema_path>%1$s/format_schemas/</format_schema_path>
                    <users_config>users.xml</users_config>
                    <default_profile>default</default_profile>
                    <default_database>default</default_database>
                    <timezone>UTC</timezone>
                    <mark_cache_size>16777216</mark_cache_size>
                    <listen_host>127.0.0.1</listen_host>
                    <keep_alive_timeout>60</keep_alive_timeout>
                    <http_port>%2$d</http_port>
                    <tcp_port>%3$d</tcp_port>
                    <interserver_http_port>%4$d</interserver_http_port>
                    <interserver_http_host>127.0.0.1</interserver_http_host>
                    <remote_servers><%5$s>%6$s</%5$s></remote_servers>
                    <zookeeper>
                        <node><host>127.0.0.1</host><port>%7$d</port></node>
                        <session_timeout_ms>3000</session_timeout_ms>
                        <root>%10$s</root>
                    </zookeeper>
                    <macros><cluster>%5$s</cluster><shard>%8$d</shard><replica from_env="%9$s"/></macros>
                </yandex>
                """.formatted(
                        directory(home.resolve("data")),
                        own.http(),
                        own.tcp(),
                        own.interserver(),
                        host.cluster().name(),
                        shards(ports, listed, draining),
                        zookeeperPort,
                        host.shard(),
                        ConfigFiles.REPLICA_ENV,
                        RealServers.ROOT));
    }

    static Path writeSingle(Path home, Ports ports) {
        write(home, "users.xml", users());
        return write(home, "config.xml", """
                <yandex>
                    <logger><level>warning</level><console>1</console></logger>
                    <path>%1$s/</path>
                    <tmp_path>%1$s/tmp/</tmp_path>
                    <users_config>users.xml</users_config>
                    <default_profile>default</default_profile>
                    <default_database>default</default_database>
                    <mark_cache_size>16777216</mark_cache_size>
                    <listen_host>127.0.0.1</listen_host>
                    <keep_alive_timeout>60</keep_alive_timeout>
                    <http_port>%2$d</http_port>
                    <tcp_port>%3$d</tcp_port>
                    <interserver_http_port>%4$d</interserver_http_port>
                </yandex>
                """.formatted(
                        directory(home.resolve("data")), ports.http(), ports.tcp(), ports.interserver()));
    }

    private static String shards(Map<Host, Ports> ports, Set<Host> listed, Set<Integer> draining) {
        return listed.stream()
                .map(Host::shard)
                .distinct()
                .sorted()
                .map(shard -> "<shard><weight>" + (draining.contains(shard) ? 0 : 1)
                        + "</weight><internal_replication>true</internal_replication>"
                        + replicas(ports, listed, shard)
                        + "</shard>")
                .collect(Collectors.joining());
    }

    private static String replicas(Map<Host, Ports> ports, Set<Host> listed, int shard) {
        return ports.entrySet().stream()
                .filter(entry ->
                        listed.contains(entry.getKey()) && entry.getKey().shard() == shard)
                .map(entry ->
                        "<replica><host>127.0.0.1</host><port>%d</port><user>%s</user><password>%s</password></replica>"
                                .formatted(entry.getValue().tcp(), RealServers.USER, RealServers.PASSWORD))
                .collect(Collectors.joining());
    }

    private static String users() {
        return """
                <yandex>
                    <profiles><default/></profiles>
                    <quotas><default/></quotas>
                    <users>
                        <%1$s>
                            <password>%2$s</password>
                            <networks><ip>::/0</ip></networks>
                            <profile>default</profile>
                            <quota>default</quota>
                        </%1$s>
                    </users>
                </yandex>
                """.formatted(RealServers.USER, RealServers.PASSWORD);
    }

    private static Path directory(Path directory) {
        try {
            return Files.createDirectories(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Whole, and with another time than before: servers read a file again when its time, in seconds, has changed. */
    static Path write(Path home, String name, String text) {
        try {
            var file = directory(home).resolve(name);
            var written = Files.writeString(home.resolve(name + ".new"), text);
            if (Files.exists(file)) {
                var next = Files.getLastModifiedTime(file).toInstant().plusSeconds(1);
                if (Files.getLastModifiedTime(written).toInstant().isBefore(next)) {
                    Files.setLastModifiedTime(written, FileTime.from(next));
                }
            }
            return Files.move(written, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
