package io.shardwright.testing;

import io.shardwright.serverconfig.ConfigFiles;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** A real ClickHouse 18.16.1 server by itself, with the users that a file in users.d gives it. */
public final class SingleServer implements AutoCloseable {
    private static final Duration START = Duration.ofSeconds(60);

    private final Path home = RealServers.temporaryDirectory();
    private final int http;
    private final RealProcess process;

    private SingleServer(String usersXml) {
        var ports = ServerFiles.Ports.of(RealServers.freePorts(3));
        http = ports.http();
        var configuration = ServerFiles.writeSingle(home, ports);
        ServerFiles.write(home.resolve("users.d"), ConfigFiles.USERS_XML, usersXml);
        process = new RealProcess(
                "clickhouse-server", home, List.of(RealServers.SERVER.toString(), "--config-file=" + configuration));
    }

    /** @throws IllegalStateException when it does not start, with its last words */
    public static SingleServer start(String usersXml) {
        RealServers.requireInstalled(RealServers.SERVER, "clickhouse-server");
        var server = new SingleServer(usersXml);
        server.process.start();
        server.process.awaitPort(server.http, START);
        return server;
    }

    /** The port of its HTTP interface, on 127.0.0.1. */
    public int http() {
        return http;
    }

    @Override
    public void close() {
        process.kill();
        RealServers.deleteTree(home);
    }
}
