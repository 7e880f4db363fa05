package io.shardwright.testing;

import io.shardwright.clickhouse.HostDirectory;
import io.shardwright.topology.ClusterRef;
import io.shardwright.topology.Host;
import io.shardwright.topology.Layout;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.retry.RetryForever;

/**
 * A real cluster of two shards with two replicas each: ClickHouse 18.16.1 servers and a ZooKeeper 3.8, as processes on this
 * machine, from Debian's packages. The cluster is named flights, in namespace flights.
 *
 * <p>{@link #shared()} starts it once a JVM, in a few seconds; it ends with the JVM. Tests share it, so each uses databases of
 * its own, and starts again what it stops:
 *
 * <pre>{@code
 * try (var away = RealServers.shared().stop(host)) { ... }
 * }</pre>
 *
 * What its replicas agree on is below {@link #ROOT} of the ZooKeeper.
 */
public final class RealServers {
    /** The user that {@link #directory()} logs in as; may do everything. */
    public static final String USER = "shardwright";

    /** The password of {@link #USER}. */
    public static final String PASSWORD = "it-password";

    /** The coordination root. */
    public static final String ROOT = "/shardwright-it";

    private static final ClusterRef CLUSTER = new ClusterRef("flights", "flights", "cluster.local");
    private static final Layout LAYOUT = Layout.of(CLUSTER, new Layout.Size(2, 2));
    private static final Path SERVER = Path.of("/usr/sbin/clickhouse-server");
    private static final Path ZOOKEEPER = Path.of("/usr/share/java/zookeeper.jar");
    /** Of what replicas fetch: 18.16 looks at a queue in which it could do nothing ten to eleven seconds later. */
    public static final Duration FETCHED_WITHIN = Duration.ofSeconds(30);

    private static final Duration START = Duration.ofSeconds(60);

    private static RealServers shared;

    private final Path directory;
    private final RealProcess zookeeper;
    private final int zookeeperPort;
    private final Map<Host, RealProcess> servers = new LinkedHashMap<>();
    private final Map<Host, ServerFiles.Ports> ports = new LinkedHashMap<>();

    private RealServers() {
        requireInstalled(SERVER, "clickhouse-server");
        requireInstalled(ZOOKEEPER, "zookeeper");
        directory = temporaryDirectory();
        zookeeperPort = freePorts(1).getFirst();
        zookeeper = zookeeper();
        LAYOUT.hosts().forEach(host -> ports.put(host, ServerFiles.Ports.of(freePorts(3))));
        LAYOUT.hosts().forEach(host -> servers.put(host, server(host)));
        Runtime.getRuntime().addShutdownHook(new Thread(this::end));
    }

    /**
     * The cluster, up and running.
     *
     * @throws IllegalStateException when a package is missing or a server does not start
     */
    public static synchronized RealServers shared() {
        if (shared == null) {
            shared = new RealServers();
            shared.startAll();
        }
        return shared;
    }

    public Layout layout() {
        return LAYOUT;
    }

    /** host:port of its ZooKeeper. */
    public String coordination() {
        return "127.0.0.1:" + zookeeperPort;
    }

    /** Where its hosts are reached; hosts that it does not have are reached nowhere. */
    public HostDirectory directory() {
        return host -> {
            var known = ports.get(host);
            int port = known == null ? 1 : known.http();
            return new HostDirectory.Address("http://127.0.0.1:" + port, USER, PASSWORD);
        };
    }

    /** Kills a host's server, as a power cut would; closing what is returned starts it again, with its data. */
    public Away stop(Host host) {
        servers.get(host).kill();
        return () -> {
            servers.get(host).start();
            servers.get(host).awaitPort(ports.get(host).http(), START);
        };
    }

    /** The same, and its data is gone. */
    public Away empty(Host host) {
        var away = stop(host);
        deleteTree(directory.resolve(host.name()).resolve("data"));
        return away;
    }

    /** A host that is down until this is closed. */
    @FunctionalInterface
    public interface Away extends AutoCloseable {
        @Override
        void close();
    }

    private void startAll() {
        zookeeper.start();
        zookeeper.awaitPort(zookeeperPort, START);
        createRoot();
        servers.values().forEach(RealProcess::start);
        servers.forEach((host, server) -> server.awaitPort(ports.get(host).http(), START));
    }

    /** Servers refuse to use a coordination root that does not stand. */
    private void createRoot() {
        try (var curator = CuratorFrameworkFactory.newClient(coordination(), new RetryForever(100))) {
            curator.start();
            curator.create().forPath(ROOT);
        } catch (Exception e) {
            throw new IllegalStateException("could not create " + ROOT, e);
        }
    }

    private void end() {
        servers.values().forEach(RealProcess::kill);
        zookeeper.kill();
        deleteTree(directory);
    }

    private RealProcess zookeeper() {
        var home = directory.resolve("zookeeper");
        var configuration = ServerFiles.writeZooKeeper(home, zookeeperPort);
        return new RealProcess(
                "zookeeper",
                home,
                List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx128m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        ZOOKEEPER.toString(),
                        "org.apache.zookeeper.server.quorum.QuorumPeerMain",
                        configuration.toString()));
    }

    private RealProcess server(Host host) {
        var home = directory.resolve(host.name());
        var configuration = ServerFiles.writeClickHouse(home, host, ports, zookeeperPort);
        return new RealProcess(host.name(), home, List.of(SERVER.toString(), "--config-file=" + configuration));
    }

    private static void requireInstalled(Path file, String aptPackage) {
        if (!Files.exists(file)) {
            throw new IllegalStateException(file + " is missing: install with make install-packages (apt packages"
                    + " clickhouse-server and zookeeper; " + aptPackage + " is not there)");
        }
    }

    private static List<Integer> freePorts(int count) {
        var sockets = IntStream.range(0, count).mapToObj(i -> open()).toList();
        var ports = sockets.stream().map(ServerSocket::getLocalPort).toList();
        sockets.forEach(RealServers::close);
        return ports;
    }

    private static ServerSocket open() {
        try {
            return new ServerSocket(0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void close(ServerSocket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path temporaryDirectory() {
        try {
            return Files.createTempDirectory("shardwright-it");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void deleteTree(Path directory) {
        try (var files = Files.walk(directory)) {
            files.sorted(Comparator.reverseOrder())
                    .forEach(file -> file.toFile().delete());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
