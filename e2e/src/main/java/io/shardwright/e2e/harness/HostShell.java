package io.shardwright.e2e.harness;

import io.shardwright.topology.Host;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Commands in the pods of hosts, as with {@code kubectl exec}. */
public record HostShell(Sandbox sandbox) {
    private static final String CONTAINER = "clickhouse";

    /** @return what it wrote */
    public String run(Host host, String command) {
        var output = new ByteArrayOutputStream();
        try (var exec = sandbox.client()
                .pods()
                .inNamespace(sandbox.namespace())
                .withName(host.podName())
                .inContainer(CONTAINER)
                .writingOutput(output)
                .writingError(output)
                .exec("bash", "-c", command)) {
            int status = exec.exitCode().get(1, TimeUnit.MINUTES);
            var written = output.toString(StandardCharsets.UTF_8);
            if (status != 0) {
                throw new IllegalStateException(
                        command + " on " + host.name() + " failed with status " + status + ": " + written);
            }
            return written;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException(command + " on " + host.name() + " has not ended", e);
        }
    }
}
