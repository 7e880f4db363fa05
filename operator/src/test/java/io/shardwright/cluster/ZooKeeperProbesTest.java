package io.shardwright.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.shardwright.topology.Coordination;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

final class ZooKeeperProbesTest {
    private final List<String> asked = new CopyOnWriteArrayList<>();

    @Test
    void aMemberHasStartedWhenItSaysInWhichModeItServes() throws Exception {
        assertThat(probe("Zookeeper version: 3.8.4\nMode: standalone\nNode count: 5\n"))
                .isZero();
        assertThat(asked).containsExactly("srvr");
    }

    @Test
    void notWhenItListensAndDoesNotServe() throws Exception {
        assertThat(probe("This ZooKeeper instance is not currently serving requests\n"))
                .isNotZero();
    }

    /** It may take a connection, and then say nothing on it. */
    @Test
    @Timeout(10)
    void notWhenItTakesAConnectionAndSaysNothing() throws Exception {
        assertThat(probe("")).isNotZero();
    }

    @Test
    void notWhenNobodyListens() throws Exception {
        int port;
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
        assertThat(run(port)).isNotZero();
    }

    @Test
    void onceItHasStartedItIsAskedForAConnectionAlone() {
        var container = container();

        assertThat(container.getStartupProbe().getTcpSocket()).isNull();
        assertThat(container.getReadinessProbe().getExec()).isNull();
        assertThat(container.getReadinessProbe().getTcpSocket().getPort().getStrVal())
                .isEqualTo("client");
        assertThat(container.getLivenessProbe().getExec()).isNull();
        assertThat(container.getLivenessProbe().getTcpSocket().getPort().getStrVal())
                .isEqualTo("client");
    }

    /** @param answer of the member, which then leaves the connection as it is */
    private int probe(String answer) throws Exception {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            var member = Thread.ofVirtual().start(() -> answer(socket, answer));
            int exit = run(socket.getLocalPort());
            member.interrupt();
            return exit;
        }
    }

    private void answer(ServerSocket socket, String answer) {
        try (var connection = socket.accept();
                var words = new BufferedReader(
                        new InputStreamReader(connection.getInputStream(), StandardCharsets.US_ASCII))) {
            asked.add(words.readLine());
            connection.getOutputStream().write(answer.getBytes(StandardCharsets.US_ASCII));
            words.readLine();
        } catch (SocketException e) {
            // The probe has gone.
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** No other program is to be found: a process that is left behind keeps a probe from ending. */
    private static int run(int port) throws Exception {
        var command = container().getStartupProbe().getExec().getCommand();
        assertThat(command.getFirst()).isEqualTo("bash");
        var builder = new ProcessBuilder(
                "/bin/bash",
                command.get(1),
                command.get(2).replace("/" + Coordination.CLIENT_PORT + " ", "/" + port + " "));
        builder.environment().clear();
        builder.environment().put("PATH", "/nonexistent");
        var process = builder.redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
        return process.exitValue();
    }

    private static Container container() {
        return ZooKeeperResources.of(ClusterFixtures.intent(1, 1, ClusterFixtures.MANAGED), (Coordination.Managed)
                        ClusterFixtures.MANAGED)
                .stream()
                .filter(StatefulSet.class::isInstance)
                .map(StatefulSet.class::cast)
                .map(set ->
                        set.getSpec().getTemplate().getSpec().getContainers().getFirst())
                .findFirst()
                .orElseThrow();
    }
}
