package io.shardwright.keeper;

import java.io.IOException;
import org.apache.zookeeper.client.FourLetterWordMain;
import org.apache.zookeeper.common.X509Exception.SSLContextException;

/** Asks one member of an ensemble how it is, without a session. */
public final class FourLetterWords {
    private static final int PATIENCE_MS = 500;

    private FourLetterWords() {}

    /** Whether a member serves requests. It may listen before it does, and then answer nothing at all. */
    public static boolean isServing(String address, int port) {
        try {
            return FourLetterWordMain.send4LetterWord(address, port, "srvr", false, PATIENCE_MS)
                    .lines()
                    .anyMatch(line -> line.startsWith("Mode:"));
        } catch (IOException | SSLContextException e) {
            return false;
        }
    }
}
