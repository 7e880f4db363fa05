package io.shardwright.keeper;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardwright.testing.RealServers;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import org.junit.jupiter.api.Test;

class FourLetterWordsIT {
    private static final String HERE = "127.0.0.1";

    @Test
    void aZooKeeperThatServesSaysSo() {
        int port =
                URI.create("zookeeper://" + RealServers.shared().coordination()).getPort();

        assertThat(FourLetterWords.isServing(HERE, port)).isTrue();
    }

    /** As ZooKeeper does while it starts. */
    @Test
    void whoListensAndSaysNothingDoesNotServe() throws IOException {
        int port;
        try (var silent = new ServerSocket(0, 1, InetAddress.getByName(HERE))) {
            port = silent.getLocalPort();
            assertThat(FourLetterWords.isServing(HERE, port)).isFalse();
        }
        assertThat(FourLetterWords.isServing(HERE, port)).isFalse();
    }
}
