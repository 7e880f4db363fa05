package io.shardwright.shard;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardwright.holdings.ReplicaName;
import io.shardwright.serverconfig.ConfigFiles;
import io.shardwright.topology.Host;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a container does before its server starts, on volumes in every state. */
final class ServerPodTest {
    private static final Host HOST = new Host(ShardFixtures.CLUSTER, 0, 1);

    @TempDir
    private Path volume;

    private Path file;

    @BeforeEach
    void nameTheFile() {
        file = volume.resolve(ConfigFiles.REPLICA_NAME);
    }

    @Test
    void aNewVolumeGetsANameOfItsOwn() throws Exception {
        var name = start();

        assertThat(name).startsWith(HOST.name() + "-");
        assertThat(new ReplicaName(name).isOf(HOST)).isTrue();
        assertThat(file).hasContent(name);
    }

    @Test
    void aVolumeKeepsItsName() throws Exception {
        var name = start();
        useTheVolume();

        assertThat(start()).isEqualTo(name);
    }

    @Test
    void aVolumeThatWasEmptiedGetsAnother() throws Exception {
        var name = start();

        assertThat(start()).as("nothing of a server stands on it").isNotEqualTo(name);
    }

    @Test
    void aVolumeThatWasUsedBeforeVolumesHadNamesKeepsTheHosts() throws Exception {
        useTheVolume();

        assertThat(start()).isEqualTo(HOST.name());
        assertThat(file).hasContent(HOST.name());
    }

    @Test
    void noServerStartsWithANameThatIsNotKept() throws Exception {
        Files.createDirectory(file.resolveSibling(ConfigFiles.REPLICA_NAME + ".tmp"));

        assertThat(start()).isEmpty();
    }

    private void useTheVolume() throws IOException {
        Files.createDirectories(volume.resolve("metadata/default"));
    }

    /** @return the name that the server would be given; empty when it would not start */
    private String start() throws IOException, InterruptedException {
        var container = ServerPod.spec(
                        ShardFixtures.intent(1, 2, "18.16.1", "hash").cluster(), HOST)
                .getContainers()
                .getFirst();
        var script = container
                .getCommand()
                .get(2)
                .replace(ConfigFiles.DATA, volume.toString())
                .replace("exec /entrypoint.sh", "printf %s \"$" + ConfigFiles.REPLICA_ENV + "\"");
        var builder = new ProcessBuilder("bash", "-c", script, "start").redirectError(ProcessBuilder.Redirect.DISCARD);
        container.getEnv().stream()
                .filter(variable -> variable.getValue() != null)
                .forEach(variable -> builder.environment().put(variable.getName(), variable.getValue()));
        var process = builder.start();
        var name = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return name;
    }
}
