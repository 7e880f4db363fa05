package io.shardwright.e2e.harness;

import io.fabric8.kubernetes.client.LocalPortForward;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.shardwright.clickhouse.HostDirectory;
import io.shardwright.clickhouse.HttpServers;
import io.shardwright.topology.ClusterRef;
import io.shardwright.topology.Host;
import io.shardwright.topology.Layout;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** SQL on the hosts of a cluster, as one of its users, from outside: each pod's port is forwarded through the API server. */
public final class HostSql implements AutoCloseable {
    private final Sandbox sandbox;
    private final String cluster;
    private final Map<String, LocalPortForward> forwards = new ConcurrentHashMap<>();
    private final HttpServers servers;

    public HostSql(Sandbox sandbox, String cluster, String user) {
        this.sandbox = sandbox;
        this.cluster = cluster;
        this.servers = new HttpServers(
                host -> new HostDirectory.Address(
                        url(host), user, sandbox.secret(cluster + "-user-" + user, "password")),
                Duration.ofMinutes(1),
                new SimpleMeterRegistry());
    }

    public Host host(int shard, int replica) {
        return new Host(ref(), shard, replica);
    }

    public List<Host> hosts(int shards, int replicas) {
        return Layout.of(ref(), new Layout.Size(shards, replicas)).hosts();
    }

    public List<List<String>> query(Host host, String sql) {
        return servers.query(host, sql);
    }

    /** The one field of the one row. */
    public String value(Host host, String sql) {
        return query(host, sql).getFirst().getFirst();
    }

    public long number(Host host, String sql) {
        return Long.parseLong(value(host, sql));
    }

    public void execute(Host host, String sql) {
        servers.execute(host, sql);
    }

    /** @return the HTTP status of a query whose request says who asks by these parameters, or does not say it */
    public int statusOf(Host host, String parameters) {
        try (var http = HttpClient.newHttpClient()) {
            var request = HttpRequest.newBuilder(URI.create(url(host) + "/?query=SELECT%201" + parameters))
                    .build();
            return http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private ClusterRef ref() {
        return new ClusterRef(sandbox.namespace(), cluster, "cluster.local");
    }

    /** A pod that came anew has another uid, and gets another forward. */
    private String url(Host host) {
        var pods = sandbox.client().pods().inNamespace(sandbox.namespace());
        var pod = Optional.ofNullable(pods.withName(host.podName()).get())
                .orElseThrow(() -> new IllegalStateException(host.name() + " has no pod now"));
        var forward = forwards.computeIfAbsent(
                pod.getMetadata().getUid(), uid -> pods.withName(host.podName()).portForward(Host.HTTP_PORT));
        return "http://127.0.0.1:" + forward.getLocalPort();
    }

    @Override
    public void close() {
        servers.close();
        forwards.values().forEach(forward -> {
            try {
                forward.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }
}
