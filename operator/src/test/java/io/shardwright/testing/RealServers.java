package io.shardwright.testing;

import io.shardwright.clickhouse.HostDirectory;
import io.shardwright.serverconfig.ConfigFiles;
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
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
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
    static final Path SERVER = Path.of("/usr/sbin/clickhouse-server");
    private static final Path ZOOKEEPER = Path.of("/usr/share/java/zookeeper.jar");
    /** Of what replicas fetch: 18.16 looks at a queue in which it could do nothing ten to eleven seconds later. */
    public static final Duration FETCHED_WITHIN = Duration.ofSeconds(30);

    private static final Duration START = Duration.ofSeconds(60);

    /**
     * Below those that Linux gives to outgoing connections, so that nobody has taken a port when its server starts, or starts
     * again; and each process of the test runner has some of its own.
     */
    private static final AtomicInteger NEXT_PORT = new AtomicInteger(Integer.getInteger("it.firstPort", 20_000));

    private static RealServers shared;

    private final Path directory;
    private final RealProcess zookeeper;
    private final int zookeeperPort;
    private final Map<Host, RealProcess> servers = new LinkedHashMap<>();
    private final Map<Host, Integer> volumes = new HashMap<>();
    private final Map<Host, ServerFiles.Ports> ports = new LinkedHashMap<>();

    private RealServers() {
        requireInstalled(SERVER, "clickhouse-server");
        requireInstalled(ZOOKEEPER, "zookeeper");
        directory = temporaryDirectory();
        zookeeperPort = freePorts(1).getFirst();
        zookeeper = zookeeper();
        LAYOUT.hosts().forEach(host -> ports.put(host, ServerFiles.Ports.of(freePorts(3))));
        LAYOUT.hosts().forEach(host -> servers.put(host, server(host)));
        LAYOUT.hosts().forEach(this::nameVolume);
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

    /** Which of its hosts remote_servers lists from now on. Servers look every other second, each by itself. */
    public void list(Set<Host> hosts) {
        list(hosts, Set.of());
    }

    /** @param draining shards that get no rows of what is inserted through Distributed tables */
    public void list(Set<Host> hosts, Set<Integer> draining) {
        ports.keySet().forEach(host -> configure(host, hosts, draining));
    }

    private Path configure(Host host, Set<Host> listed, Set<Integer> draining) {
        return ServerFiles.writeClickHouse(
                directory.resolve(host.name()), host, ports, listed, draining, zookeeperPort);
    }

    /** The host whose native protocol is on a port: it tells apart hosts of one address. */
    public Host hostAt(int port) {
        return ports.entrySet().stream()
                .filter(entry -> entry.getValue().tcp() == port)
                .map(Map.Entry::getKey)
                .findFirst()
                .orElseThrow();
    }

    /** Kills a host's server, as a power cut would; closing what is returned starts it again, with its data. */
    public Away stop(Host host) {
        servers.get(host).kill();
        return () -> {
            servers.get(host).start();
            servers.get(host).awaitPort(ports.get(host).http(), START);
        };
    }

    /** The same, and its data is gone: what it has next is another volume, with a name of its own. */
    public Away empty(Host host) {
        var away = stop(host);
        deleteTree(directory.resolve(host.name()).resolve("data"));
        nameVolume(host);
        return away;
    }

    /** The name under which a host makes its replicas, until it is emptied. */
    public String replicaName(Host host) {
        return "%s-v%04d".formatted(host.name(), volumes.get(host));
    }

    private void nameVolume(Host host) {
        volumes.merge(host, 1, Integer::sum);
        servers.get(host).set(ConfigFiles.REPLICA_ENV, replicaName(host));
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
        var configuration = configure(host, ports.keySet(), Set.of());
        return new RealProcess(host.name(), home, List.of(SERVER.toString(), "--config-file=" + configuration));
    }

    static void requireInstalled(Path file, String aptPackage) {
        if (!Files.exists(file)) {
            throw new IllegalStateException(file + " is missing: install with make install-packages (apt packages"
                    + " clickhouse-server and zookeeper; " + aptPackage + " is not there)");
        }
    }

    static List<Integer> freePorts(int count) {
        return IntStream.generate(NEXT_PORT::getAndIncrement)
                .filter(RealServers::isFree)
                .limit(count)
                .boxed()
                .toList();
    }

    private static boolean isFree(int port) {
        try (var _ = new ServerSocket(port)) {
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    static Path temporaryDirectory() {
        try {
            return Files.createTempDirectory("shardwright-it");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static void deleteTree(Path directory) {
        try (var files = Files.walk(directory)) {
            files.sorted(Comparator.reverseOrder())
                    .forEach(file -> file.toFile().delete());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
